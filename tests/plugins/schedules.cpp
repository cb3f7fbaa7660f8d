// Schedules against mmcv's own hooks (tests/golden/schedules.py), as chains made from lr_config.
#include <cmath>

#include "bundled.hpp"
#include "log/log.hpp"
#include "schedule/schedule_chain.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;

namespace {

ph::RunLength epochs(std::int64_t n, std::int64_t iters) { return {true, iters, n, n * iters}; }

ph::ScheduleChain chain(const std::string& config, std::int32_t role = PH_ROLE_LR, bool iter_based = false) {
  return {test::bundled(), ph::Node::parse(config), role, iter_based};
}

}  // namespace

TEST_CASE("schedules follow mmcv", "[plugins][schedule][golden]") {
  const auto cases = test::golden("schedules.json")["cases"];
  REQUIRE(cases.size() >= 81);
  for (const auto& golden : cases) {
    const bool lr = golden.contains("lr_config"), iter_based = golden.contains("iter_based");
    const auto& config = golden[lr ? "lr_config" : "momentum_config"];
    CAPTURE(config.dump());
    const auto schedule = chain(config.dump(), lr ? PH_ROLE_LR : PH_ROLE_MOMENTUM, iter_based);
    const auto iters = golden["iters_per_epoch"].get<std::int64_t>();
    auto length = epochs(golden["max_epochs"].get<std::int64_t>(), iters);
    if (iter_based) length = {false, iters, 0, length.max_iters};
    length.n_groups = 2;
    schedule.check(length);
    REQUIRE(golden["values"].size() == static_cast<std::size_t>(length.max_iters));
    for (std::int64_t i = 0; i < length.max_iters; ++i) {
      for (std::size_t group = 0; group < golden["base"].size(); ++group) {
        CAPTURE(i, group);
        const auto value = schedule.value(length, {i / iters, i, i}, static_cast<std::int64_t>(group),
                                          golden["base"][group].get<double>());
        const auto expected = golden["values"][static_cast<std::size_t>(i)][group].get<double>();
        // Doubles from the same formulas in another order: a few roundings. Abs for an expected 0.
        REQUIRE_THAT(value, test::WithinRel(expected, 1e-12) || test::WithinAbs(expected, 1e-17));
      }
    }
  }
}

TEST_CASE("what mmcv refuses is refused before the run", "[plugins][schedule][golden][error]") {
  const auto cases = test::golden("schedules.json")["refused"];
  REQUIRE(cases.size() >= 51);
  for (const auto& golden : cases) {
    const bool lr = golden.contains("lr_config");
    const auto& config = golden[lr ? "lr_config" : "momentum_config"];
    CAPTURE(config.dump(), golden["error"].get<std::string>());
    auto length = epochs(6, 7);
    length.n_groups = 2;
    const auto error =
        test::error_of([&] { chain(config.dump(), lr ? PH_ROLE_LR : PH_ROLE_MOMENTUM).check(length); });
    CHECK(error != "(no error)");
    CHECK_THAT(error, ContainsSubstring("expected"));
  }
}

TEST_CASE("schedules end where they should, also beyond the run", "[plugins][schedule]") {
  const auto length = epochs(4, 5);
  const ph::Progress end{4, 20, 20}, beyond{9, 45, 45};
  const auto poly = chain(R"({"policy": "poly", "power": 0.5, "min_lr": 0.01})");
  const auto cosine = chain(R"({"policy": "CosineAnnealing", "min_lr": 0.01})");
  for (const auto& at : {end, beyond}) {
    CHECK(poly.value(length, at, 0, 0.1) == 0.01);
    CHECK_THAT(cosine.value(length, at, 0, 0.1), test::WithinAbs(0.01, 1e-17));
  }
  // A run of no iterations has its end at its beginning; nothing is divided by 0.
  CHECK(poly.value(epochs(0, 0), {}, 0, 0.1) == 0.01);
  CHECK(std::isfinite(cosine.value(epochs(0, 0), {}, 0, 0.1)));
}

TEST_CASE("an iteration-based run counts iterations by itself", "[plugins][schedule]") {
  const ph::RunLength length{false, 7, 0, 100};
  const auto poly = chain(R"({"policy": "poly"})", PH_ROLE_LR, true);
  poly.check(length);
  CHECK_THAT(poly.value(length, {7, 50, 50}, 0, 0.2), test::WithinRel(0.1, 1e-15));
  CHECK_THAT(test::error_of(
                 [&] { chain(R"({"policy": "poly", "by_epoch": true})", PH_ROLE_LR, true).check(length); }),
             ContainsSubstring("by_epoch is true in a run that counts iterations; expected by_epoch false"));
}

TEST_CASE("a warm-up longer than the run is an error", "[plugins][schedule][error]") {
  const auto refusal = [](const std::string& config) {
    return test::error_of([&] { chain(config).check(epochs(3, 10)); });
  };
  CHECK_THAT(refusal(R"({"policy": "fixed", "warmup": "linear", "warmup_iters": 31})"),
             ContainsSubstring("warm-up of 31 iterations, the run has 30"));
  CHECK_THAT(refusal(R"({"policy": "fixed", "warmup": "exp", "warmup_iters": 4, "warmup_by_epoch": true})"),
             ContainsSubstring("warm-up of 4 epochs, the run has 3"));
  CHECK(refusal(R"({"policy": "fixed", "warmup": "linear", "warmup_iters": 30})") == "(no error)");
  CHECK(refusal(R"({"policy": "fixed", "warmup": "exp", "warmup_iters": 3, "warmup_by_epoch": true})") ==
        "(no error)");
  CHECK_THAT(test::error_of([] {
               chain(R"({"policy": "fixed", "warmup": "linear", "warmup_iters": 1})").check(epochs(0, 0));
             }),
             ContainsSubstring("the run has 0"));
}

TEST_CASE("a milestone beyond the run is a warning", "[plugins][schedule]") {
  const test::TempFolder folder;
  ph::log_to_file(folder.path() / "log");
  chain(R"({"policy": "step", "step": [2, 3, 9]})").check(epochs(3, 10));
  ph::close_log_file();
  const auto text = test::read_all(folder.path() / "log");
  CHECK_THAT(text, ContainsSubstring("step at epoch 3 is never reached: the run has 3"));
  CHECK_THAT(text, ContainsSubstring("step at epoch 9 is never reached: the run has 3"));
  CHECK_THAT(text, !ContainsSubstring("step at epoch 2 "));
}

TEST_CASE("schedules name the argument that is wrong", "[plugins][schedule][error]") {
  const auto [config, expected] = GENERATE(table<std::string, std::string>(
      {{R"({"policy": "step"})", "step"},
       {R"({"policy": "step", "step": 0})", "/step"},
       {R"({"policy": "step", "step": [3, -1]})", "/step/1"},
       {R"({"policy": "step", "step": [5, 3]})", "milestones 5, 3; expected them in ascending order"},
       {R"({"policy": "step", "step": 2.5})", "/step"},
       {R"({"policy": "step", "step": 2, "gamma": 0})", "/gamma"},
       {R"({"policy": "step", "step": 2, "min_lr": 0.1, "min_momentum": 0.1})",
        "min_lr and min_momentum are given; expected one of them"},
       {R"({"policy": "step", "step": 2, "min_lr_ratio": 0.1})", "unknown key"},
       {R"({"policy": "poly", "power": 0})", "/power"},
       {R"({"policy": "poly", "min_momentum": 0.1})", "min_momentum does not belong here; expected min_lr"},
       {R"({"policy": "CosineAnnealing"})", "no lowest value; expected min_lr or min_lr_ratio"},
       {R"({"policy": "CosineAnnealing", "min_lr": 0, "min_lr_ratio": 0.1})",
        "min_lr and min_lr_ratio are given; expected one of them"},
       {R"({"policy": "CosineAnnealing", "min_momentum_ratio": 0.1})",
        "min_momentum_ratio does not belong here; expected min_lr_ratio"},
       {R"({"policy": "CosineRestart", "min_lr": 0, "periods": [4, 4], "restart_weights": [1, 1]})",
        "the periods end 2 epochs before the run, which has 10"},
       {R"({"policy": "CosineRestart", "min_lr": 0, "periods": [4, 9]})", "2 periods and 1 restart_weights"},
       {R"({"policy": "cyclic", "by_epoch": true})", "by_epoch is true, but this policy counts iterations"},
       {R"({"policy": "cyclic", "cyclic_times": 101})", "cyclic_times is 101, the run has 100 iterations"},
       {R"({"policy": "cyclic", "target_ratio": [1, 2, 3]})", "/target_ratio"},
       {R"({"policy": "OneCycle"})", "no max_lr; expected the peak"},
       {R"({"policy": "OneCycle", "max_lr": 1, "total_steps": 99})",
        "total_steps is 99; expected at least 100"},
       {R"({"policy": "OneCycle", "max_lr": 1, "pct_start": 0.01})", "too short for a rise"},
       {R"({"policy": "OneCycle", "max_lr": 1, "max_momentum": 0.9})",
        "max_momentum does not belong here; expected it in momentum_config"},
       {R"({"policy": "OneCycle", "max_lr": {"Adam": 1}})", "/max_lr"},
       {R"({"policy": "fixed", "warmup": "linear"})", "iters"},
       {R"({"policy": "fixed", "warmup": "cosine", "warmup_iters": 5})", "cosine"},
       {R"({"policy": "fixed", "warmup": "linear", "warmup_iters": 0})", "/warmup_iters"},
       {R"({"policy": "fixed", "warmup": "linear", "warmup_iters": 5, "warmup_ratio": 0})", "/warmup_ratio"},
       {R"({"policy": "fixed", "warmup": "linear", "warmup_iters": 5, "warmup_ratio": 1.5})",
        "/warmup_ratio"}}));
  CAPTURE(config);
  const auto text = test::error_of([&config = config] { chain(config).check(epochs(10, 10)); });
  REQUIRE_THAT(text, ContainsSubstring(expected));
}

TEST_CASE("a list has a value for each parameter group", "[plugins][schedule][error]") {
  auto length = epochs(10, 10);
  length.n_groups = 3;
  const auto one_cycle = chain(R"({"policy": "OneCycle", "max_lr": [1, 2]})");
  CHECK_THAT(test::error_of([&] { one_cycle.check(length); }),
             ContainsSubstring("max_lr has 2 values; expected 3, one for each parameter group"));
  length.n_groups = 2;
  CHECK_NOTHROW(one_cycle.check(length));
  length.n_groups = 0;  // not known
  CHECK_NOTHROW(one_cycle.check(length));
}

TEST_CASE("a base of 0 stays 0, whatever the policy", "[plugins][schedule]") {
  const auto config =
      GENERATE(as<std::string>(), R"({"policy": "step", "step": 2})", R"({"policy": "cyclic"})",
               R"({"policy": "exp", "gamma": 0.9})", R"({"policy": "CosineAnnealing", "min_lr_ratio": 0.1})",
               R"({"policy": "fixed", "warmup": "exp", "warmup_iters": 5})");
  CAPTURE(config);
  const auto schedule = chain(config);
  for (std::int64_t i = 0; i < 20; ++i) CHECK(schedule.value(epochs(4, 5), {i / 5, i, i}, 0, 0.0) == 0);
}

TEST_CASE("other hyper-parameters take min_value", "[plugins][schedule]") {
  const ph::ScheduleChain decay{test::bundled(),
                                ph::Node::parse(R"({"policy": "LinearAnnealing", "min_value": 0.2})"),
                                PH_ROLE_WEIGHT_DECAY, false};
  CHECK(decay.hyper() == "weight_decay");
  decay.check(epochs(4, 5));
  CHECK_THAT(decay.value(epochs(4, 5), {2, 10, 10}, 0, 0.1), test::WithinRel(0.15, 1e-15));
  const ph::ScheduleChain wrong{test::bundled(),
                                ph::Node::parse(R"({"policy": "LinearAnnealing", "min_lr": 0.2})"),
                                PH_ROLE_NONE, false, "eps"};
  CHECK(wrong.hyper() == "eps");
  CHECK_THAT(test::error_of([&] { wrong.check(epochs(4, 5)); }),
             ContainsSubstring("min_lr does not belong here; expected min_value"));
}

TEST_CASE("momentum_config takes min_momentum", "[plugins][schedule][error]") {
  CHECK_THAT(test::error_of([] {
               chain(R"({"policy": "CosineAnnealing", "min_lr": 0.1})", PH_ROLE_MOMENTUM).check(epochs(5, 5));
             }),
             ContainsSubstring("min_lr does not belong here; expected min_momentum"));
}

TEST_CASE("Exp refuses to grow beyond all numbers", "[plugins][schedule][error]") {
  const auto rule = test::make(PH_KIND_SCHEDULE, "Exp", R"({"gamma": 200})");
  ph_schedule_point run{};
  run.size = sizeof run;
  run.by_epoch = 1;
  run.iters_per_epoch = 10;
  run.max_epochs = 210;
  run.max_iters = 2100;
  run.base = run.prev = 0.1;
  const auto& api = rule->api<ph_schedule_api>();
  CHECK(api.check(rule->self(), &run) == PH_ERR_INVALID_ARGUMENT);
  run.max_epochs = 10;
  run.max_iters = 100;
  CHECK(api.check(rule->self(), &run) == PH_OK);
}
