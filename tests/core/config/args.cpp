#include "config/args.hpp"

#include <nlohmann/json.hpp>

#include "config/registry.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using ph::ArgTable;
using ph::Json;
using ph::Node;
using test::ContainsSubstring;
using test::error_of;

namespace {

struct Inner {
  double weight = 0.5;
  std::optional<std::string> name;
  static const ArgTable<Inner>& table() {
    static const auto t = ArgTable<Inner>("an inner part")
                              .arg("weight", &Inner::weight, "share", ph::range(0, 1))
                              .arg("name", &Inner::name, "name", ph::one_of({"a", "b"}));
    return t;
  }
};

struct Args {
  std::int64_t depth = 0;
  int stages = 4;
  float ratio = 0.1F;
  double eps = 1e-8;
  bool flip = true;
  std::string mode = "fast";
  std::vector<int> strides{1, 2, 2, 2};
  std::array<double, 2> betas{0.9, 0.999};
  std::optional<double> clip = 1.5;
  std::map<std::string, double> keys;
  Node extra;
  Inner inner;
  std::vector<Inner> parts;
  ph::OneOrMany<std::string> metric{{"PCK"}};
  static const ArgTable<Args>& table() {
    static const auto t = ArgTable<Args>("a test component")
                              .required("depth", &Args::depth, "layers", ph::one_of({18, 34}))
                              .arg("stages", &Args::stages, "stages", ph::at_least(1))
                              .arg("ratio", &Args::ratio, "a ratio")
                              .arg("eps", &Args::eps, "small", ph::above(0))
                              .arg("flip", &Args::flip, "mirror")
                              .arg("mode", &Args::mode, "mode", ph::one_of({"fast", "exact"}))
                              .arg("strides", &Args::strides, "one a stage", ph::at_least(1))
                              .arg("betas", &Args::betas, "decay of the means")
                              .arg("clip", &Args::clip, "largest norm", ph::above(0))
                              .arg("keys", &Args::keys, "by name", ph::at_least(0))
                              .arg("extra", &Args::extra, "anything")
                              .arg("inner", &Args::inner, "the inner part")
                              .arg("parts", &Args::parts, "further parts", ph::length(0, 2))
                              .arg("metric", &Args::metric, "metrics", ph::one_of({"PCK", "AUC", "EPE"}))
                              .ignored("with_cp", "memory is handled by the host");
    return t;
  }
};

Args read(const std::string& text) { return Args::table().read(Node::parse(text, "c.json")); }
std::string read_error(const std::string& text) {
  return error_of([&] { static_cast<void>(read(text)); });
}

}  // namespace

TEST_CASE("absent arguments keep the struct's values", "[config][args]") {
  const Args args = read(R"({"type": "X", "depth": 18})");
  CHECK(args.depth == 18);
  CHECK(args.ratio == 0.1F);
  CHECK(args.eps == 1e-8);
  CHECK(args.strides == std::vector<int>{1, 2, 2, 2});
  CHECK(args.betas[1] == 0.999);
  CHECK(args.clip == 1.5);
  CHECK(args.inner.weight == 0.5);
  CHECK(args.metric.values == std::vector<std::string>{"PCK"});
  CHECK(args.extra.is_null());
}

TEST_CASE("all kinds of arguments are read", "[config][args]") {
  const Args args = read(R"({"depth": 34, "stages": 2.0, "ratio": 1, "eps": 1, "flip": false, "mode": "exact",
    "strides": [], "betas": [0.5, 0.6], "clip": null, "keys": {"a.b": 0.25}, "extra": {"x": [1]},
    "inner": {"name": "b"}, "parts": [{"weight": 1}], "metric": ["AUC", "EPE"], "with_cp": "whatever"})");
  CHECK(args.stages == 2);
  CHECK(args.ratio == 1.0F);
  CHECK_FALSE(args.flip);
  CHECK(args.mode == "exact");
  CHECK(args.strides.empty());
  CHECK(args.betas[0] == 0.5);
  CHECK_FALSE(args.clip);
  CHECK(args.keys.at("a.b") == 0.25);
  CHECK(args.extra.at("x")[0].where() == "c.json:2: /extra/x/0");
  CHECK(args.inner.name == "b");
  CHECK(args.inner.weight == 0.5);
  CHECK(args.parts.at(0).weight == 1);
  CHECK(args.metric.values == std::vector<std::string>{"AUC", "EPE"});
}

TEST_CASE("wrong arguments are named with place, limits and doc", "[config][args][error]") {
  CHECK_THAT(read_error("{}"),
             ContainsSubstring("\"depth\" is missing") && ContainsSubstring("an integer (layers)"));
  CHECK_THAT(read_error(R"({"depth": 19})"),
             ContainsSubstring("/depth: not one of the choices") && ContainsSubstring("18 or 34"));
  CHECK_THAT(read_error(R"({"depth": 18, "stages": 0})"), ContainsSubstring("expected  at least 1"));
  CHECK_THAT(read_error(R"({"depth": 18, "stages": 3000000000})"), ContainsSubstring("1 to 2147483647"));
  CHECK_THAT(read_error(R"({"depth": 18, "strides": [1, 0]})"),
             ContainsSubstring("/strides/1: out of range"));
  CHECK_THAT(read_error(R"({"depth": 18, "betas": [1]})"), ContainsSubstring("expected  2 elements"));
  CHECK_THAT(read_error(R"({"depth": 18, "keys": {"a": -1}})"), ContainsSubstring("/keys/a: out of range"));
  CHECK_THAT(read_error(R"({"depth": 18, "inner": {"wieght": 1}})"),
             ContainsSubstring("/inner/wieght") && ContainsSubstring("\"weight\"?"));
  CHECK_THAT(read_error(R"({"depth": 18, "inner": {"name": "c"}})"),
             ContainsSubstring("expected  \"a\", \"b\" or null"));
  CHECK_THAT(read_error(R"({"depth": 18, "parts": [{}, {}, {}]})"), ContainsSubstring("0 to 2 elements"));
  CHECK_THAT(read_error(R"({"depth": 18, "metric": "PKC"})"),
             ContainsSubstring("/metric: not one") && ContainsSubstring("\"PCK\"?"));
  CHECK_THAT(read_error(R"({"depth": 18, "metric": ["PCK", "AUX"]})"),
             ContainsSubstring("/metric/1: not one"));
  CHECK_THAT(read_error(R"({"depth": 18, "flip": null})"), ContainsSubstring("found     null"));
  CHECK_THAT(read_error("[]"), ContainsSubstring("expected  an object"));
}

TEST_CASE("the schema of a table is one of the dialect and carries defaults", "[config][args]") {
  const auto schema = Json::parse(Args::table().schema_text());
  CHECK_NOTHROW(ph::Schema::parse(Args::table().schema_text(), "Args"));
  CHECK(schema["required"] == Json::array({"depth"}));
  CHECK(schema["additionalProperties"] == false);
  CHECK(schema["properties"]["ratio"]["default"].dump() == "0.1");  // a float's own digits, not a double's
  CHECK(schema["properties"]["clip"]["type"] == Json::array({"number", "null"}));
  CHECK(schema["properties"]["inner"]["default"] == Json({{"weight", 0.5}, {"name", nullptr}}));
  CHECK_FALSE(schema["properties"]["depth"].contains("default"));
}

TEST_CASE("a table writes what it reads", "[config][args]") {
  const auto text =
      Args::table().json(read(R"({"depth": 18, "keys": {"a": 1}, "clip": null, "metric": ["AUC", "PCK"]})"));
  CHECK(Args::table().json(read(text)) == text);
}

namespace {

struct Shape {
  virtual ~Shape() = default;
  double size = 0;
};
struct SquareArgs {
  double side = 1;
  static const ArgTable<SquareArgs>& table() {
    static const auto t =
        ArgTable<SquareArgs>("a square").arg("side", &SquareArgs::side, "length", ph::above(0));
    return t;
  }
};

ph::Registry<Shape, int> shapes() {
  ph::Registry<Shape, int> registry("shape");
  registry.add<SquareArgs>("Square", [](const SquareArgs& args, int factor) {
    auto shape = std::make_shared<Shape>();
    shape->size = args.side * args.side * factor;
    return shape;
  });
  registry.alias("Quadrat", "Square");
  return registry;
}

}  // namespace

TEST_CASE("a registry makes what the config names", "[config][registry]") {
  const auto registry = shapes();
  CHECK(registry.make(Node::parse(R"({"type": "Square", "side": 3})"), 2)->size == 18);
  CHECK(registry.make(Node::parse(R"({"type": "Quadrat"})"), 1)->size == 1);
  CHECK(registry.names() == std::vector<std::string>{"Quadrat", "Square"});
}

TEST_CASE("a registry refuses what it does not know", "[config][registry][error]") {
  const auto registry = shapes();
  const auto error = [&](const std::string& text) {
    return error_of([&] { static_cast<void>(registry.make(Node::parse(text, "c.json"), 1)); });
  };
  CHECK_THAT(error(R"({"type": "Sqare"})"),
             ContainsSubstring("c.json:1: /type: there is no shape \"Sqare\"") &&
                 ContainsSubstring("did you mean \"Square\"?"));
  CHECK_THAT(error(R"({"side": 1})"), ContainsSubstring("no type given"));
  CHECK_THAT(error("3"), ContainsSubstring("not an object"));
  CHECK_THAT(error(R"({"type": "Square", "sides": 1})"), ContainsSubstring("/sides: unknown key"));
}
