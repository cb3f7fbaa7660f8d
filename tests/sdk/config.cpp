#include <posehost/config.hpp>

#include "fake_host.hpp"
#include "support/catch.hpp"

using test::FakeConfig;
using List = FakeConfig::List;

namespace {

std::string error_of(const ph::Config& config, void (*read)(const ph::Config&)) {
  try {
    read(config);
  } catch (const ph::Failure& failure) {
    CHECK(failure.code() == PH_ERR_INVALID_ARGUMENT);
    return failure.what();
  }
  return "(no error)";
}

}  // namespace

TEST_CASE("Config reads every type", "[sdk][config]") {
  test::FakeHost host;
  const FakeConfig values({{"/real", 0.5},
                           {"/whole", std::int64_t{7}},
                           {"/flag", true},
                           {"/text", std::string("hi")},
                           {"/nothing", FakeConfig::Nothing{}},
                           {"/list", List{2}},
                           {"/list/0", std::int64_t{3}},
                           {"/list/1", std::int64_t{5}},
                           {"/a~1b", 2.0},
                           {"/deep/x", 4.0}},
                          R"({"real":0.5})");
  const ph::Config config(host.table(), values.table());
  CHECK(config.get<double>("real") == 0.5);
  CHECK(config.get<double>("whole") == 7.0);
  CHECK(config.get<std::int64_t>("whole") == 7);
  CHECK(config.get<int>("whole") == 7);
  CHECK(config.get<bool>("flag"));
  CHECK(config.get<std::string>("text") == "hi");
  CHECK(config.get<std::string_view>("text") == "hi");
  CHECK(config.get<std::vector<std::int64_t>>("list") == std::vector<std::int64_t>{3, 5});
  CHECK(config.get<std::array<double, 2>>("list") == std::array<double, 2>{3, 5});
  CHECK(config.get<double>("a/b") == 2.0);
  CHECK(config.get<double>("/deep/x") == 4.0);
  CHECK(config.get<std::optional<double>>("real") == 0.5);
  CHECK_FALSE(config.get<std::optional<double>>("nothing").has_value());
  CHECK_FALSE(config.get<std::optional<double>>("absent").has_value());
  CHECK((config.has("real") && !config.has("nothing") && !config.has("absent")));
  CHECK(config.type("list") == PH_JSON_ARRAY);
  CHECK(config.count("list") == 2);
  CHECK(config.json() == R"({"real":0.5})");
  const auto single = config.get<ph::IntOrList>("whole"), several = config.get<ph::IntOrList>("list");
  CHECK((!single.is_list && single.values == std::vector<std::int64_t>{7}));
  CHECK((several.is_list && several.values == std::vector<std::int64_t>{3, 5}));
}

TEST_CASE("Config says what is wrong with a value", "[sdk][config][error]") {
  test::FakeHost host;
  const FakeConfig values({{"/text", std::string("hi")},
                           {"/list", List{1}},
                           {"/list/0", std::string("x")},
                           {"/big", std::int64_t{1} << 40}});
  const ph::Config config(host.table(), values.table());
  CHECK(error_of(config, [](const auto& c) { c.template get<double>("text"); }) ==
        "/text: expected a number");
  CHECK(error_of(config, [](const auto& c) { c.template get<bool>("gone"); }) ==
        "/gone: nothing there; expected true or false");
  CHECK(error_of(config, [](const auto& c) { c.template get<std::vector<double>>("list"); }) ==
        "/list/0: expected a number");
  CHECK(error_of(config, [](const auto& c) { c.template get<std::vector<double>>("text"); }) ==
        "/text: expected a list");
  CHECK(error_of(config, [](const auto& c) { c.template get<std::array<std::string, 2>>("list"); }) ==
        "/list: 1 elements; expected 2");
  CHECK(error_of(config, [](const auto& c) { c.template get<std::int32_t>("big"); }) ==
        "/big: 1099511627776 is out of range");
}

TEST_CASE("an instance writes to the host's log", "[sdk][config]") {
  test::FakeHost host;
  const FakeConfig values({});
  ph::Config(host.table(), values.table()).host().warning("careful");
  REQUIRE(host.lines.size() == 1);
  CHECK(host.lines[0] == std::pair<std::int32_t, std::string>(PH_LOG_WARNING, "careful"));
  CHECK(ph::Config(host.table(), values.table()).host().service<ph_sink>("posehost.none/0") == nullptr);
}
