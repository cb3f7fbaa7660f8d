// What plugin.h makes of the tables in c_table.c.
#include "fake_host.hpp"
#include "support/catch.hpp"

extern "C" {
struct all_args {
  bool off, on, must;
  std::int64_t n;
  ph_str mode;
  double x, eps;
};
extern all_args all_seen;
extern const ph_hyper* const* const all_seen_hypers;
extern const int all_seen_n_hypers;
}

using ph::detail::from_ph;

TEST_CASE("a C table is a schema", "[sdk][c]") {
  const ph_plugin* plugin = posehost_plugin_query_v0();
  CHECK(from_ph(plugin->id) == "test.c_table");
  CHECK(from_ph(plugin->version) == "1.2.3");
  CHECK((plugin->built_major == 0 && plugin->built_minor == 9 && plugin->min_host_minor == 9));
  REQUIRE(plugin->n_components == 3);
  CHECK(
      from_ph(plugin->components[0]->schema) ==
      R"({"type":"object","properties":{"off":{"type":"boolean","default":false,"description":"d"},)"
      R"("on":{"type":"boolean","default":true,"description":"d"},"must":{"type":"boolean","description":"d"},)"
      R"("n":{"type":"integer","exclusiveMinimum":0,"default":3,"description":"d"},)"
      R"("mode":{"type":"string","enum":["linear","exp"],"default":"exp","description":"d"},)"
      R"("x":{"type":"number","maximum":2.5,"description":"d"},)"
      R"("eps":{"type":"number","minimum":0,"default":1e-8,"x-role":"none","x-per-group":true,)"
      R"("x-schedulable":true,"description":"d"}},"required":["must","x"],"additionalProperties":false})");
  CHECK(from_ph(plugin->components[1]->schema) ==
        R"({"type":"object","properties":{"one":{"type":"boolean","default":false,"description":"d"}},)"
        R"("additionalProperties":false})");
  CHECK(from_ph(plugin->components[2]->schema) ==
        R"({"type":"object","properties":{},"additionalProperties":false})");
}

TEST_CASE("a C table reads its arguments", "[sdk][c]") {
  const ph_component& component = *posehost_plugin_query_v0()->components[0];
  test::FakeHost host;
  const test::FakeConfig config({{"/off", false},
                                 {"/on", true},
                                 {"/must", true},
                                 {"/n", std::int64_t{7}},
                                 {"/mode", std::string("linear")},
                                 {"/x", 0.5},
                                 {"/eps", 1e-6}});
  const test::Made<ph_schedule_api> made(component, host, config);
  REQUIRE(made.status == PH_OK);
  CHECK((!all_seen.off && all_seen.on && all_seen.must && all_seen.n == 7));
  CHECK((from_ph(all_seen.mode) == "linear" && all_seen.x == 0.5 && all_seen.eps == 1e-6));
  const test::Made<ph_schedule_api> missing(component, host, test::FakeConfig({{"/off", false}}));
  CHECK(missing.status == PH_ERR_INVALID_ARGUMENT);
  CHECK(host.error == "an argument is missing");
}

TEST_CASE("a C table lists its hyper-parameters", "[sdk][c]") {
  REQUIRE(all_seen_n_hypers == 1);
  CHECK(from_ph(all_seen_hypers[0]->name) == "eps");
  CHECK(from_ph(all_seen_hypers[0]->pointer) == "/eps");
  CHECK(all_seen_hypers[0]->role == PH_ROLE_NONE);
}
