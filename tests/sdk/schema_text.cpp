#include <posehost/optimizer.hpp>

#include "support/catch.hpp"

namespace {

template <std::size_t N>
std::string schema(const ph::ArgTable<N>& table) {
  ph::detail::TextCounter counter;
  ph::detail::put_schema(counter, table);
  std::string text(counter.size, '?');
  ph::detail::TextWriter writer{text.data()};
  ph::detail::put_schema(writer, table);
  REQUIRE(writer.size == counter.size);
  return text;
}
// The schema of the one argument "a", without what surrounds every table.
std::string property(const ph::detail::ArgSpec& spec) {
  const std::string text = schema(ph::args(spec));
  const std::string before = R"({"type":"object","properties":{"a":)";
  REQUIRE(text.substr(0, before.size()) == before);
  return text.substr(before.size(), text.rfind('}', text.rfind('}') - 1) - before.size());
}

struct Adam final : ph::ElementwiseOptimizer {
  static constexpr auto info = ph::component("Adam", "doc");
  static constexpr auto args =
      ph::args(ph::arg<double>("lr", 1e-3, ph::at_least(0), ph::role::lr, "step size"),
               ph::arg<std::array<double, 2>>("betas", ph::list(0.9, 0.999), ph::at_least(0), ph::below(1),
                                              ph::element(0, "beta1", ph::role::momentum),
                                              ph::element(1, "beta2"), "decay"),
               ph::arg<double>("eps", 1e-8, ph::role::none, ph::not_schedulable, "keeps the quotient finite"),
               ph::arg<bool>("amsgrad", false, "keep the largest"));
  template <class Real>
  struct Scalars {
    Real lr;
  };
  Scalars<double> scalars(const ph::Hypers& h, std::int64_t) const { return {h["lr"]}; }
  template <class Real>
  void range(const ph::Spans<Real>&, const Scalars<Real>&) const {}
};

}  // namespace

TEST_CASE("a table of arguments is a schema", "[sdk][schema]") {
  CHECK(schema(ph::args()) == R"({"type":"object","properties":{},"additionalProperties":false})");
  CHECK(
      schema(ph::args(ph::arg<double>("a", ph::required, "x"), ph::arg<bool>("b", true, "y"),
                      ph::arg<std::int64_t>("c", ph::required, "z"))) ==
      R"({"type":"object","properties":{"a":{"type":"number","description":"x"},)"
      R"("b":{"type":"boolean","default":true,"description":"y"},"c":{"type":"integer","description":"z"}},)"
      R"("required":["a","c"],"additionalProperties":false})");
}

TEST_CASE("each type of argument has its form", "[sdk][schema]") {
  using std::int64_t;
  const auto [spec, text] = GENERATE(table<ph::detail::ArgSpec, std::string>(
      {{ph::arg<double>("a", 0.5, ph::range(0, 1), "d"),
        R"({"type":"number","minimum":0,"maximum":1,"default":0.5,"description":"d"})"},
       {ph::arg<int64_t>("a", -1, ph::at_least(-1), "d"),
        R"({"type":"integer","minimum":-1,"default":-1,"description":"d"})"},
       {ph::arg<double>("a", 1, ph::above(0), ph::at_most(2.5), "d"),
        R"({"type":"number","exclusiveMinimum":0,"maximum":2.5,"default":1.0,"description":"d"})"},
       {ph::arg<std::string>("a", "exp", ph::one_of("linear", "exp"), "d"),
        R"({"type":"string","enum":["linear","exp"],"default":"exp","description":"d"})"},
       {ph::arg<std::optional<std::string>>("a", ph::null, ph::one_of("x"), "d"),
        R"({"type":["string","null"],"enum":["x",null],"default":null,"description":"d"})"},
       {ph::arg<std::optional<double>>("a", ph::null, ph::at_least(0), "d"),
        R"({"type":["number","null"],"minimum":0,"default":null,"description":"d"})"},
       {ph::arg<ph::IntOrList>("a", ph::required, ph::at_least(1), "d"),
        R"({"type":["integer","array"],"minimum":1,"items":{"type":"integer","minimum":1},"description":"d"})"},
       {ph::arg<std::vector<int64_t>>("a", ph::list(1, 2), ph::length(1), "d"),
        R"({"type":"array","items":{"type":"integer"},"minItems":1,"default":[1,2],"description":"d"})"},
       {ph::arg<std::vector<std::string>>("a", ph::list(), ph::length(0, 3), "d"),
        R"({"type":"array","items":{"type":"string"},"maxItems":3,"default":[],"description":"d"})"},
       {ph::raw_arg("a", R"({"type":"object","additionalProperties":{"type":"number"}})", "d"),
        R"({"type":"object","additionalProperties":{"type":"number"},"description":"d"})"}}));
  CHECK(property(spec) == text);
}

TEST_CASE("hyper-parameters are marked in the schema", "[sdk][schema]") {
  const std::string text = schema(Adam::args);
  CHECK_THAT(text, test::ContainsSubstring(
                       R"("default":0.001,"x-role":"lr","x-per-group":true,"x-schedulable":true)"));
  CHECK_THAT(text, test::ContainsSubstring(
                       R"("default":[0.9,0.999],"x-role":["momentum","none"],"x-per-group":true)"));
  CHECK_THAT(text, test::ContainsSubstring(
                       R"("default":1e-8,"x-role":"none","x-per-group":true,"x-schedulable":false)"));
  CHECK_THAT(text, test::ContainsSubstring(R"("amsgrad":{"type":"boolean","default":false,"description")"));
}

TEST_CASE("hyper-parameters are listed with name, pointer, role and flags", "[sdk][schema]") {
  const auto& list = ph::detail::hyper_list<Adam>;
  REQUIRE(list.size() == 4);
  const auto name = [&](std::size_t i) { return ph::detail::from_ph(list[i]->name); };
  const auto pointer = [&](std::size_t i) { return ph::detail::from_ph(list[i]->pointer); };
  CHECK((name(0) == "lr" && pointer(0) == "/lr" && list[0]->role == PH_ROLE_LR));
  CHECK((name(1) == "beta1" && pointer(1) == "/betas/0" && list[1]->role == PH_ROLE_MOMENTUM));
  CHECK((name(2) == "beta2" && pointer(2) == "/betas/1" && list[2]->role == PH_ROLE_NONE));
  CHECK((name(3) == "eps" && pointer(3) == "/eps" && list[3]->flags == PH_HYPER_PER_GROUP));
  CHECK(list[0]->flags == (PH_HYPER_PER_GROUP | PH_HYPER_SCHEDULABLE));
  CHECK(list[0]->size == sizeof(ph_hyper));
}

TEST_CASE("the note of a component is what its descriptor says", "[sdk][note]") {
  constexpr auto note = ph::detail::component_note<Adam>();
  const ph_component component = ph::detail::describe<Adam>();
  const std::string text(note.text, note.text_size);
  CHECK(std::string(note.owner) == PH_NOTE_OWNER);
  CHECK(note.name_size == sizeof(PH_NOTE_OWNER));
  CHECK(note.type == PH_NOTE_COMPONENT);
  CHECK(sizeof(note) % 4 == 0);
  CHECK(text == R"({"kind":"posehost.optimizer/0","name":"Adam","doc":"doc","schema":)" +
                    std::string(ph::detail::from_ph(component.schema)) + "}");
}
