#include <limits>

#include "hook_run.hpp"
#include "support/catch.hpp"

using test::ContainsSubstring;
using test::HookRun;
using test::LoggedHook;

namespace {

// How many evaluations with these values of PCK it takes to the end; 0: it does not end.
std::size_t ends_after(const std::string& args, const std::vector<double>& values,
                       const char* metric = "PCK") {
  LoggedHook hook("EarlyStopping", args);
  HookRun run({&hook});
  for (std::size_t i = 0; i < values.size(); ++i) {
    run.metrics = {{metric, values[i]}};
    run.stage(PH_STAGE_AFTER_EVALUATE);
    if (!run.stops.empty()) return i + 1;
  }
  return 0;
}

}  // namespace

TEST_CASE("a run ends after so many evaluations without a gain", "[plugins][hook][early]") {
  // Small gains of a metric from 0 to 1 are gains.
  CHECK(ends_after(R"({"monitor": "PCK"})", {.1, .11, .12, .13, .14, .15, .16, .17}) == 0);
  CHECK(ends_after(R"({"monitor": "PCK", "min_delta": 0.1})", {.1, .11, .12, .13, .14, .15, .16}) == 6);
  CHECK(ends_after(R"({"monitor": "PCK", "patience": 2})", {.5, .5, .6, .6, .59, .7}) == 5);
  CHECK(ends_after(R"({"monitor": "EPE", "patience": 2})", {9, 8, 7, 8, 7.5}, "EPE") == 5);
  CHECK(ends_after(R"({"monitor": "PCK", "rule": "less", "patience": 1})", {.5, .6}) == 2);
  CHECK(ends_after(R"({"monitor": "PCK", "stopping_threshold": 0.9})", {.5, .89, .9}) == 3);
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(ends_after(R"({"monitor": "PCK"})", {.5, nan}) == 2);
  CHECK(ends_after(R"({"monitor": "PCK", "check_finite": false, "patience": 3})", {.5, nan, nan, nan}) == 4);
}

TEST_CASE("it says why a run ends", "[plugins][hook][early]") {
  LoggedHook hook("EarlyStopping", R"({"monitor": "PCK", "patience": 1, "min_delta": 0.01})");
  HookRun run({&hook});
  for (const double value : {0.5, 0.505}) {
    run.metrics = {{"PCK", value}};
    run.stage(PH_STAGE_AFTER_EVALUATE);
  }
  CHECK(run.stops ==
        std::vector<std::string>{
            "EarlyStopping: PCK has not got better than 0.5 by more than 0.01 in 1 evaluations"});
}

TEST_CASE("a run that ended early ends at once when it is resumed, unless its patience is longer now",
          "[plugins][hook][early]") {
  LoggedHook first("EarlyStopping", R"({"monitor": "PCK", "patience": 2})");
  HookRun before({&first});
  for (const double value : {0.5, 0.4, 0.4}) {
    before.metrics = {{"PCK", value}};
    before.stage(PH_STAGE_AFTER_EVALUATE);
  }
  REQUIRE(before.stops.size() == 1);
  for (const bool longer : {false, true}) {
    LoggedHook second("EarlyStopping",
                      std::string(R"({"monitor": "PCK", "patience": )") + (longer ? "3}" : "2}"));
    second.load_state(first.save_state());
    HookRun after({&second});
    after.stage(PH_STAGE_BEFORE_RUN);
    CHECK(after.stops.size() == (longer ? 0u : 1u));
  }
}

TEST_CASE("a metric that is not there is a warning, or an error", "[plugins][hook][early][error]") {
  LoggedHook hook("EarlyStopping", R"({"monitor": "PCK"})");
  HookRun run({&hook});
  run.metrics = {{"AUC", 0.5}};
  run.stage(PH_STAGE_AFTER_EVALUATE);
  run.stage(PH_STAGE_AFTER_EVALUATE);
  REQUIRE(hook.warnings.size() == 1);
  CHECK_THAT(hook.warnings[0], ContainsSubstring("monitor \"PCK\": no such metric; expected one of AUC"));
  LoggedHook strict("EarlyStopping", R"({"monitor": "PCK", "strict": true})");
  HookRun other({&strict});
  other.metrics = {{"AUC", 0.5}};
  CHECK_THAT(test::hook_error([&] { other.stage(PH_STAGE_AFTER_EVALUATE); }),
             ContainsSubstring("no such metric"));
  CHECK_THAT(test::hook_error([] { LoggedHook("EarlyStopping", R"({"monitor": "score"})"); }),
             ContainsSubstring("expected rule"));
}
