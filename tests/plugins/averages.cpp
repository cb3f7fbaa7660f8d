// EMA and SWA against mmcv, mmengine, mmpose and torch (tests/golden/averages.py); Lookahead by its formula.
#include <cmath>

#include "hook_run.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using Numbers = std::vector<double>;

namespace {

const nlohmann::ordered_json& golden() {
  static const auto all = test::golden("averages.json");
  return all;
}
Numbers weights(std::int64_t t) { return golden()["weights"][static_cast<std::size_t>(t)].get<Numbers>(); }

// A run of 4 epochs of 6 iterations over the golden weights.
void prepare(test::HookRun& run) {
  const auto initial = golden()["initial"].get<Numbers>();
  run.set_length(4, 6);
  run.tensors = {{"param/w", initial}, {"hook/average/w", initial}};
  run.on_step = [&run](std::int64_t iter) { run.tensors["param/w"] = weights(iter); };
}

void require_near(const Numbers& found, const Numbers& expected) {
  REQUIRE(found.size() == expected.size());
  // Doubles on both sides; a lerp rounds differently from a sum of products.
  for (std::size_t i = 0; i < found.size(); ++i) REQUIRE(std::abs(found[i] - expected[i]) < 1e-14);
}

void follow(const nlohmann::ordered_json& golden_case) {
  CAPTURE(golden_case["config"].dump());
  test::LoggedHook hook("EMA", golden_case["config"].dump());
  test::HookRun run({&hook});
  prepare(run);
  run.stage(PH_STAGE_BEFORE_RUN);
  for (std::size_t i = 0; i < golden_case["values"].size(); ++i) {
    CAPTURE(i);
    run.train();
    require_near(run.tensors["hook/average/w"], golden_case["values"][i].get<Numbers>());
    CHECK(run.tensors["param/w"] == weights(static_cast<std::int64_t>(i)));
  }
}

}  // namespace

TEST_CASE("EMA follows mmcv, and mmengine where a type is named", "[plugins][average][golden]") {
  REQUIRE((golden()["ema"].size() == 9 && golden()["mmcv"].size() == 3));
  for (const auto& golden_case : golden()["ema"]) follow(golden_case);
  for (const auto& golden_case : golden()["mmcv"]) follow(golden_case);
}

TEST_CASE("SWA from the first iteration is torch's mean", "[plugins][average][golden]") {
  test::LoggedHook hook("SWA", R"({"start": 0, "by_epoch": false})");
  test::HookRun run({&hook});
  prepare(run);
  run.stage(PH_STAGE_BEFORE_RUN);
  for (const auto& value : golden()["swa"]) {
    run.train();
    require_near(run.tensors["hook/average/w"], value.get<Numbers>());
  }
}

TEST_CASE("SWA averages the ends of the last epochs", "[plugins][average]") {
  test::LoggedHook hook("SWA", R"({"start": 0.5})");
  test::HookRun run({&hook});
  prepare(run);
  run.tensors["buffer/b"] = {1};
  run.tensors["hook/average/b"] = {0};
  run.stage(PH_STAGE_BEFORE_RUN);
  run.train_epochs(2);
  CHECK(run.tensors["hook/average/w"] == golden()["initial"].get<Numbers>());
  run.train_epochs(2);
  auto mean = weights(17);
  const auto last = weights(23);
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = (mean[i] + last[i]) / 2;
  require_near(run.tensors["hook/average/w"], mean);
  CHECK(run.tensors["hook/average/b"] == Numbers{1});
}

TEST_CASE("The average is shown in evaluations and saves, and hidden again", "[plugins][average]") {
  test::LoggedHook hook("EMA", R"({"momentum": 0.5, "warm_up": 1})");
  test::HookRun run({&hook});
  prepare(run);
  run.stage(PH_STAGE_BEFORE_RUN);
  run.stage(PH_STAGE_BEFORE_SAVE);  // before there is one
  CHECK(run.tensors["param/w"] == golden()["initial"].get<Numbers>());
  run.stage(PH_STAGE_AFTER_SAVE);
  run.train(5);
  const auto own = run.tensors["param/w"], average = run.tensors["hook/average/w"];
  REQUIRE(own != average);
  const auto shown = [&] {
    return run.tensors["param/w"] == average && run.tensors["hook/average/w"] == own;
  };
  run.stage(PH_STAGE_BEFORE_EVALUATE);
  CHECK(shown());
  run.stage(PH_STAGE_BEFORE_SAVE);
  CHECK(shown());
  const auto state = hook.save_state();
  run.stage(PH_STAGE_AFTER_SAVE);
  CHECK(shown());
  run.stage(PH_STAGE_AFTER_EVALUATE);
  CHECK((run.tensors["param/w"] == own && run.tensors["hook/average/w"] == average));

  SECTION("a file from then comes back in its places") {
    test::LoggedHook resumed("EMA", R"({"momentum": 0.5, "warm_up": 1})");
    test::HookRun again({&resumed});
    again.tensors = {{"param/w", average}, {"hook/average/w", own}};
    resumed.load_state(state);
    again.stage(PH_STAGE_BEFORE_RUN);
    CHECK((again.tensors["param/w"] == own && again.tensors["hook/average/w"] == average));
  }
  SECTION("also in the middle of a run, after a rollback") {
    run.tensors["param/w"].swap(run.tensors["hook/average/w"]);
    hook.load_state(state);
    run.stage(PH_STAGE_BEFORE_TRAIN_ITER);
    CHECK(run.tensors["param/w"] == own);
  }
  SECTION("a state that is damaged is refused") {
    CHECK_THAT(test::hook_error([&] { hook.load_state("{}"); }), test::ContainsSubstring("damaged"));
  }
}

TEST_CASE("EMA begins when it is told to", "[plugins][average]") {
  test::LoggedHook hook("EMA", R"({"ema_type": "ExpMomentumEMA", "begin_epoch": 2})");
  test::HookRun run({&hook});
  prepare(run);
  run.stage(PH_STAGE_BEFORE_RUN);
  run.train(6);
  CHECK(run.tensors["hook/average/w"] == golden()["initial"].get<Numbers>());
  run.train(1);
  CHECK(run.tensors["hook/average/w"] == weights(6));
}

TEST_CASE("Averages refuse what makes no sense", "[plugins][average][error]") {
  CHECK_THAT(test::hook_error([] { test::LoggedHook("EMA", R"({"begin_epoch": 1, "begin_iter": 1})"); }),
             test::ContainsSubstring("one of them"));
  CHECK_THAT(test::hook_error([] { test::LoggedHook("EMA", R"({"momentum": 1})"); }),
             test::ContainsSubstring("momentum"));
  for (const char* args : {R"({"begin_epoch": 5})", R"({"begin_iter": 25})"}) {
    test::LoggedHook hook("EMA", args);
    test::HookRun run({&hook});
    prepare(run);
    CHECK_THAT(test::hook_error([&] { run.stage(PH_STAGE_BEFORE_RUN); }), test::ContainsSubstring("begin_"));
  }
  test::LoggedHook swa("SWA");
  test::HookRun run({&swa});
  run.set_iterations(100, 10);
  CHECK_THAT(test::hook_error([&] { run.stage(PH_STAGE_BEFORE_RUN); }),
             test::ContainsSubstring("by_epoch false"));
}

TEST_CASE("Lookahead takes the slow weights a share of the way", "[plugins][average]") {
  test::LoggedHook hook("Lookahead", R"({"k": 3, "alpha": 0.25})");
  test::HookRun run({&hook});
  run.set_length(1, 100);
  double slow = 2, fast = 2;
  run.tensors = {{"param/w", {fast}}, {"hook/slow/w", {slow}}};
  run.on_step = [&](std::int64_t iter) { run.tensors["param/w"][0] += static_cast<double>(iter); };
  for (int iter = 0; iter < 9; ++iter) {
    fast += iter;
    if ((iter + 1) % 3 == 0) fast = slow = 0.75 * slow + 0.25 * fast;
    run.train();
    CHECK(run.tensors["param/w"][0] == fast);
    CHECK(run.tensors["hook/slow/w"][0] == slow);
  }
}
