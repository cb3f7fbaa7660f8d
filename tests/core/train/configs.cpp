// The shipped configs train: a few steps of each, made small.
#include <cmath>

#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

// Small pictures, the few instances of the validation set for both, no evaluation.
ph::RunOptions few_steps(const std::filesystem::path& folder, const std::string& config,
                         const std::string& patch = "{}") {
  setenv("POSEHOST_BUNDLED_PLUGINS", POSEHOST_BUILD_DIR "/lib/posehost/plugins", 1);
  auto json = ph::load_config(std::string(POSEHOST_SOURCE_DIR "/configs/") + config).json();
  const std::string data = POSEHOST_SOURCE_DIR "/configs/data/mirror_mouse/";
  for (const char* const part : {"train", "val"}) {
    json["data"][part]["ann_file"] = data + "val.json";
    json["data"][part]["img_prefix"] = data + "images/";
    json["data"][part]["data_cfg"]["image_size"] = {64, 64};
    json["data"][part]["data_cfg"]["heatmap_size"] = {16, 16};
  }
  json["data"]["samples_per_gpu"] = 6;
  json["work_dir"] = (folder / "run").string();
  json["total_epochs"] = 1;
  json["log_config"]["interval"] = 1;
  json["lr_config"] = {{"policy", "step"}, {"step", {1}}};
  json.erase("evaluation");
  json.merge_patch(ph::Json::parse(patch));
  std::ofstream(folder / "cfg.json") << json.dump(2);
  ph::RunOptions options;
  options.config = folder / "cfg.json";
  return options;
}

}  // namespace

TEST_CASE("HRNet's example trains", "[train]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(few_steps(folder.path(), "hrnet_w32.json"));
  std::int64_t parameters = 0;
  for (const auto& parameter : plan.model->parameters()) parameters += parameter.numel();
  CHECK(parameters == 28536113);  // published: 28.5 M with 17 keypoints
  test::train(plan);
  const auto rows = test::rows(plan, "train");
  REQUIRE(rows.size() >= 3);
  for (const auto& row : rows) CHECK(std::isfinite(row.at("loss").get<double>()));
  CHECK(rows.back().at("loss").get<double>() != rows.front().at("loss").get<double>());
}

TEST_CASE("a network of one channel trains on grey pictures, and no other does", "[train][error]") {
  const test::TempFolder folder;
  const std::string narrow = R"({"backbone": {"base_channels": 8, "stem_channels": 8, "in_channels": 1},
                                 "keypoint_head": {"in_channels": 64, "num_deconv_filters": [8, 8, 8]}})";
  auto options = few_steps(folder.path(), "quickstart.json", R"({"model": )" + narrow + "}");
  CHECK_THAT(test::error_of([&] { (void)ph::make_plan(options); }),
             test::ContainsSubstring("the backbone takes images of 1 channels, the data set gives 3") &&
                 test::ContainsSubstring("color_type"));
  auto json = ph::Json::parse(std::ifstream(options.config));
  for (const char* const part : {"train", "val"}) {
    auto& pipeline = json["data"][part]["pipeline"];
    for (auto& step : pipeline) {
      if (step["type"] == "LoadImageFromFile") step["color_type"] = "grayscale";
      if (step["type"] == "NormalizeTensor") step["mean"] = {0.45}, step["std"] = {0.22};
    }
  }
  std::ofstream(options.config) << json.dump();
  auto plan = ph::make_plan(options);
  test::train(plan);
  CHECK(std::isfinite(test::rows(plan, "train").back().at("loss").get<double>()));
}
