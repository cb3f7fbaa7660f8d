#include "equal_checkpoints.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using test::ContainsSubstring;

namespace {

// The training pipeline of quickstart without what draws random numbers, from `epoch` on.
ph::Json switch_at(int epoch) {
  const auto all =
      ph::load_config(POSEHOST_SOURCE_DIR "/configs/quickstart.json").json()["data"]["train"]["pipeline"];
  ph::Json plain = ph::Json::array();
  for (const auto& step : all)
    if (step["type"].get<std::string>().find("Random") == std::string::npos) plain.push_back(step);
  return {{"type", "PipelineSwitchHook"}, {"switch_epoch", epoch}, {"switch_pipeline", plain}};
}

std::string patch(const ph::Json& hooks, const std::string& work_dir, int threads = 1) {
  return ph::Json{{"total_epochs", 3},
                  {"evaluation", nullptr},
                  {"work_dir", work_dir},
                  {"data", {{"workers_per_gpu", threads}}},
                  {"checkpoint_config", {{"interval", 1}, {"by_epoch", false}, {"max_keep_ckpts", -1}}},
                  {"custom_hooks", hooks}}
      .dump();
}

std::vector<double> losses(const ph::RunPlan& plan) {
  std::vector<double> all;
  for (const auto& row : test::rows(plan, "train")) all.push_back(row.at("loss").get<double>());
  return all;
}

}  // namespace

TEST_CASE("Another pipeline comes in at its epoch, also in a resumed run with other threads",
          "[train][pipeline]") {
  const test::TempFolder folder;
  const auto hooks = ph::Json::array({switch_at(1)});
  auto plain = ph::make_plan(
      test::small_run(folder.path(), patch(ph::Json::array(), (folder.path() / "plain").string())));
  (void)test::train(plain);
  auto whole =
      ph::make_plan(test::small_run(folder.path(), patch(hooks, (folder.path() / "whole").string())));
  (void)test::train(whole);
  const auto without = losses(plain), with = losses(whole);
  REQUIRE(with.size() == 15);
  for (std::size_t i = 0; i < 5; ++i) CHECK(with[i] == without[i]);
  CHECK(with[5] != without[5]);
  // Iteration 3 lies before the switch, 5 at it, 7 after it.
  for (const int at : {3, 5, 7}) {
    const auto dir = folder.path() / ("from" + std::to_string(at));
    auto resumed = ph::make_plan(test::small_run(folder.path(), patch(hooks, dir.string(), 2)));
    (void)test::train(resumed, whole.work_dir / ("iter_" + std::to_string(at) + ".safetensors"));
    test::require_equal(whole.work_dir / "iter_15.safetensors", resumed.work_dir / "iter_15.safetensors");
  }
}

TEST_CASE("A pipeline that cannot be is refused before the run", "[train][pipeline][error]") {
  const test::TempFolder folder;
  auto bad = switch_at(1);
  bad["switch_pipeline"][0]["type"] = "LoadImageFromFil";
  const auto plan = [&](const ph::Json& hook) {
    return test::error_of([&] {
      (void)ph::make_plan(
          test::small_run(folder.path(), patch(ph::Json::array({hook}), (folder.path() / "x").string())));
    });
  };
  CHECK_THAT(plan(bad), ContainsSubstring("LoadImageFromFile"));
  auto targetless = switch_at(1);
  for (auto& step : targetless["switch_pipeline"]) {
    if (step["type"] == "Collect") step["keys"] = {"img"};
  }
  targetless["switch_pipeline"].erase(targetless["switch_pipeline"].size() - 2);
  CHECK_THAT(plan(targetless), ContainsSubstring("other shapes"));
}
