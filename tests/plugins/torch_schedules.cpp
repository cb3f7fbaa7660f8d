// CyclicLR, CosineAnnealingWarmRestarts and ReduceLROnPlateau against torch (tests/golden/torch_schedules.py).
#include <cmath>
#include <limits>

#include "bundled.hpp"
#include "schedule/schedule_chain.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"

using test::ContainsSubstring;

namespace {

using Values = std::vector<std::pair<std::string, double>>;

ph::ScheduleChain chain(const std::string& config, std::int32_t role = PH_ROLE_LR) {
  return {test::bundled(), ph::Node::parse(config), role, false};
}

double number(const nlohmann::ordered_json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

// A plateau that watches "score" and cuts the value by ten at once.
const char* const kImpatient =
    R"({"policy": "ReduceLROnPlateau", "monitor": "score", "mode": "max", "patience": 0})";
const ph::RunLength kLength{true, 5, 10, 50};

}  // namespace

TEST_CASE("schedules follow torch", "[plugins][schedule][golden]") {
  for (const auto& golden : test::golden("torch_schedules.json")["curves"]) {
    const bool lr = golden.contains("lr_config");
    const auto& config = golden[lr ? "lr_config" : "momentum_config"];
    CAPTURE(config.dump());
    const auto schedule = chain(config.dump(), lr ? PH_ROLE_LR : PH_ROLE_MOMENTUM);
    const auto iters = golden["iters_per_epoch"].get<std::int64_t>();
    const auto n = golden["max_epochs"].get<std::int64_t>();
    const ph::RunLength length{true, iters, n, n * iters, 2};
    schedule.check(length);
    REQUIRE(golden["values"].size() == static_cast<std::size_t>(length.max_iters));
    for (std::int64_t i = 0; i < length.max_iters; ++i) {
      for (std::size_t group = 0; group < 2; ++group) {
        CAPTURE(i, group);
        const auto value = schedule.value(length, {i / iters, i, i}, static_cast<std::int64_t>(group),
                                          golden["base"][group].get<double>());
        // torch steps by additions, here the formula is closed: a few roundings of the largest value.
        REQUIRE_THAT(value, test::WithinRel(
                                golden["values"][static_cast<std::size_t>(i)][group].get<double>(), 1e-12));
      }
    }
  }
}

TEST_CASE("a plateau follows torch, also from any saved state", "[plugins][schedule][golden]") {
  const auto cases = test::golden("torch_schedules.json")["plateaus"];
  REQUIRE(cases.size() >= 7);
  for (const auto& golden : cases) {
    const auto config = golden["config"].dump();
    CAPTURE(config);
    auto schedule = std::make_unique<ph::ScheduleChain>(chain(config));
    schedule->check(kLength);
    REQUIRE(schedule->observes());
    for (std::size_t i = 0; i < golden["metrics"].size(); ++i) {
      CAPTURE(i);
      schedule->observe(PH_OBSERVED_EVALUATION, {{"other", 1.0}, {"score", number(golden["metrics"][i])}});
      // As if the run had been resumed here.
      auto resumed = std::make_unique<ph::ScheduleChain>(chain(config));
      resumed->load_state(schedule->state());
      schedule = std::move(resumed);
      for (std::size_t group = 0; group < 2; ++group) {
        const auto value = schedule->value(kLength, {0, 0, 0}, static_cast<std::int64_t>(group),
                                           golden["base"][group].get<double>());
        REQUIRE_THAT(value, test::WithinRel(golden["values"][i][group].get<double>(), 1e-12));
      }
    }
  }
}

TEST_CASE("a plateau starts from the lr of the resumed config", "[plugins][schedule]") {
  auto schedule = chain(kImpatient);
  schedule.observe(PH_OBSERVED_EVALUATION, {{"score", 0.5}});
  schedule.observe(PH_OBSERVED_EVALUATION, {{"score", 0.5}});
  CHECK_THAT(schedule.value(kLength, {}, 0, 0.1), test::WithinRel(0.01, 1e-15));
  CHECK_THAT(schedule.value(kLength, {}, 0, 0.5), test::WithinRel(0.05, 1e-15));
}

TEST_CASE("a plateau watches what its monitor names", "[plugins][schedule]") {
  const auto [monitor, source] =
      GENERATE(table<std::string, std::int32_t>({{"val/loss", PH_OBSERVED_VAL_EPOCH},
                                                 {"train/loss", PH_OBSERVED_TRAIN_EPOCH},
                                                 {"EPE", PH_OBSERVED_EVALUATION}}));
  CAPTURE(monitor);
  auto schedule = chain(R"({"policy": "ReduceLROnPlateau", "patience": 0, "monitor": ")" + monitor + "\"}");
  const auto name = monitor.substr(monitor.find('/') + 1);
  for (std::int32_t other = 0; other < 3; ++other) {
    for (int i = 0; i < 3 && other != source; ++i) schedule.observe(other, {{"unrelated", 1.0}});
  }
  CHECK(schedule.value(kLength, {}, 0, 0.1) == 0.1);
  for (int i = 0; i < 2; ++i) schedule.observe(source, {{name, 1.0}});
  CHECK_THAT(schedule.value(kLength, {}, 0, 0.1), test::WithinRel(0.01, 1e-15));
  REQUIRE(schedule.monitors().size() == 1);
  CHECK(schedule.monitors()[0].first == monitor);
}

TEST_CASE("a plateau with a warm-up", "[plugins][schedule]") {
  auto schedule = chain(
      R"({"policy": "ReduceLROnPlateau", "monitor": "AP", "patience": 0, "warmup": "constant", "warmup_iters": 10,
          "warmup_ratio": 0.5})");
  for (int i = 0; i < 2; ++i) schedule.observe(PH_OBSERVED_EVALUATION, {{"AP", 0.1}});
  CHECK_THAT(schedule.value(kLength, {0, 3, 3}, 0, 0.1), test::WithinRel(0.005, 1e-14));
  CHECK_THAT(schedule.value(kLength, {2, 10, 10}, 0, 0.1), test::WithinRel(0.01, 1e-14));
}

TEST_CASE("a plateau says what is wrong", "[plugins][schedule][error]") {
  const auto [config, expected] = GENERATE(table<std::string, std::string>(
      {{R"({"policy": "ReduceLROnPlateau"})", "monitor"},
       {R"({"policy": "ReduceLROnPlateau", "monitor": "score"})", "expected mode min or max"},
       {R"({"policy": "ReduceLROnPlateau", "monitor": "AP", "factor": 1.0})", "/factor"},
       {R"({"policy": "ReduceLROnPlateau", "monitor": "AP", "mode": "up"})", "/mode"},
       {R"({"policy": "ReduceLROnPlateau", "monitor": "AP", "min_lr": [0.1, 0.1, 0.1]})",
        "min_lr has 3 values"}}));
  CAPTURE(config);
  auto length = kLength;
  length.n_groups = 2;
  CHECK_THAT(test::error_of([&config = config, &length] { chain(config).check(length); }),
             ContainsSubstring(expected));
}

TEST_CASE("a plateau refuses metrics and states that are not its own", "[plugins][schedule][error]") {
  auto schedule = chain(kImpatient);
  CHECK_THAT(test::error_of([&] {
               schedule.observe(PH_OBSERVED_EVALUATION, {{"PCK", 1.0}, {"EPE", 2.0}});
             }),
             ContainsSubstring("monitor \"score\": no such value; expected one of PCK, EPE"));
  auto state = schedule.state();
  REQUIRE(state.size() == 1);
  CHECK(state.begin()->first == "@schedule/lr/org.posehost.schedules/ReduceLROnPlateau/state");
  auto newer = state;
  newer.begin()->second[0] = 2;
  CHECK_THAT(test::error_of([&] { schedule.load_state(newer); }), ContainsSubstring("of version 2"));
  state.begin()->second.pop_back();
  CHECK_THAT(test::error_of([&] { schedule.load_state(state); }),
             ContainsSubstring("has 47 bytes; expected 48"));
}
