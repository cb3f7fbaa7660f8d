// Configs of the other target types train: every part fits the next, from the pipeline to the decoding.
#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

/// `patch` on small_run(), with `target` as the pipelines' step that makes targets.
ph::RunOptions run_with(const std::filesystem::path& folder, const std::string& target,
                        const std::string& patch,
                        const std::string& affine = R"({"type": "TopDownAffine"})") {
  auto options = test::small_run(folder, patch);
  std::ifstream in(options.config);
  auto json = ph::Json::parse(in);
  for (const char* part : {"train", "val"}) {
    for (auto& step : json["data"][part]["pipeline"]) {
      if (step["type"] == "TopDownGenerateTarget") step = ph::Json::parse(target);
      if (step["type"] == "TopDownAffine") step = ph::Json::parse(affine);
    }
  }
  std::ofstream(options.config) << json.dump(2);
  return options;
}

/// Trains for two epochs; gives the losses of the first and of the last iteration, and what was measured.
struct Outcome {
  double first, last;
  ph::Json metrics;
};
Outcome train(const ph::RunOptions& options) {
  auto plan = ph::make_plan(options);
  CHECK(test::train(plan).finished);
  const auto rows = test::rows(plan, "train"), val = test::rows(plan, "val");
  REQUIRE(rows.size() == 10);
  REQUIRE_FALSE(val.empty());
  return {rows.front().at("loss").get<double>(), rows.back().at("loss").get<double>(), val.back()};
}

const char* const deeppose = R"({
  "evaluation": {"interval": 2, "save_best": null}, "checkpoint_config": null, "optimizer": {"lr": 0.01},
  "model": {"neck": {"type": "GlobalAveragePooling"}, "test_cfg": {"flip_test": false},
    "keypoint_head": {"type": "DeepposeRegressionHead", "num_joints": 17, "out_channels": null,
      "num_deconv_filters": null, "loss_keypoint": {"type": "SmoothL1Loss", "use_target_weight": true}}}})";

}  // namespace

TEST_CASE("A DeepPose config trains, evaluates and logs its loss", "[train]") {
  const test::TempFolder folder;
  auto options = run_with(folder.path(), R"({"type": "TopDownGenerateTargetRegression"})", deeppose);
  options.overrides.set = {R"(model.test_cfg={"flip_test": false})"};
  const auto outcome = train(options);
  CHECK(outcome.last < 0.5 * outcome.first);
  CHECK(outcome.metrics.contains("EPE"));
}

TEST_CASE("A UDP config with CombinedTarget trains and evaluates", "[train]") {
  const test::TempFolder folder;
  // Discs of 3 pixels on maps of 16: with the usual 0.9 there is next to nothing to learn in ten iterations.
  auto options = run_with(folder.path(), R"({"type": "TopDownGenerateTarget", "encoding": "UDP",
                                             "target_type": "CombinedTarget", "valid_radius_factor": 0.2})",
                          R"({
    "evaluation": {"interval": 2, "save_best": null}, "checkpoint_config": null, "optimizer": {"lr": 0.01},
    "lr_config": {"step": [5]},
    "model": {"keypoint_head": {"out_channels": 51, "loss_keypoint": {"type": "CombinedTargetMSELoss"}}}})",
                          R"({"type": "TopDownAffine", "use_udp": true})");
  options.overrides.set = {
      R"(model.test_cfg={"flip_test": true, "use_udp": true, "target_type": "CombinedTarget",
                         "modulate_kernel": 11, "valid_radius_factor": 0.2})"};
  const auto outcome = train(options);
  CHECK(outcome.last < outcome.first);  // by a tenth
  CHECK(outcome.metrics.contains("EPE"));
}

TEST_CASE("A head and targets that do not belong together are named before or in the first iteration",
          "[train][error]") {
  const test::TempFolder folder;
  auto options = test::small_run(folder.path(), deeppose);
  options.overrides.set = {R"(model.test_cfg={"flip_test": false})"};
  CHECK_THAT(test::error_of([&] {
               auto plan = ph::make_plan(options);
               (void)test::train(plan);
             }),
             test::ContainsSubstring("TopDownGenerateTargetRegression"));
}
