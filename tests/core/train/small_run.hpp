#pragma once
// Runs of seconds on the shipped images: a narrow ResNet-18 on 64 x 64 crops of mirror_mouse.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "support/temp_folder.hpp"
#include "train/run_plan.hpp"
#include "train/runner.hpp"

namespace test {

/// Quickstart's config made small, `patch` merged in (RFC 7396: null removes a key). Written to
/// `folder`/cfg.json; results go to `folder`/run.
inline ph::RunOptions small_run(const std::filesystem::path& folder, const std::string& patch = "{}") {
  setenv("POSEHOST_BUNDLED_PLUGINS", POSEHOST_BUILD_DIR "/lib/posehost/plugins", 1);
  auto json = ph::load_config(POSEHOST_SOURCE_DIR "/configs/quickstart.json").json();
  const std::string data = POSEHOST_SOURCE_DIR "/configs/data/mirror_mouse/";
  for (const std::string part : {"train", "val"}) {
    json["data"][part]["ann_file"] = data + part + ".json";
    json["data"][part]["img_prefix"] = data + "images/";
    json["data"][part]["data_cfg"]["image_size"] = {64, 64};
    json["data"][part]["data_cfg"]["heatmap_size"] = {16, 16};
  }
  json["work_dir"] = (folder / "run").string();
  json["total_epochs"] = 2;
  json["runtime"]["threads"] = 2;
  json["lr_config"] = {
      {"policy", "step"}, {"step", {1}}, {"warmup", "linear"}, {"warmup_iters", 3}, {"warmup_ratio", 0.1}};
  json["log_config"]["interval"] = 1;
  json["model"]["backbone"]["base_channels"] = 8;
  json["model"]["backbone"]["stem_channels"] = 8;
  json["model"]["keypoint_head"]["in_channels"] = 64;
  json["model"]["keypoint_head"]["num_deconv_filters"] = {8, 8, 8};
  json.merge_patch(ph::Json::parse(patch));
  std::ofstream(folder / "cfg.json") << json.dump(2);
  ph::RunOptions options;
  options.config = folder / "cfg.json";
  return options;
}

/// Runs a plan to its end; its log is named "log".
inline ph::RunResult train(ph::RunPlan& plan, const std::filesystem::path& resume = {},
                           const std::string& log = "log") {
  std::filesystem::create_directories(plan.work_dir);
  ph::Runner runner(plan, log, 0);
  if (!resume.empty()) runner.resume(resume);
  return runner.run();
}

/// The rows of a run's JSON log that have `mode`.
inline std::vector<ph::Json> rows(const ph::RunPlan& plan, const std::string& mode,
                                  const std::string& log = "log") {
  std::ifstream in(plan.work_dir / (log + ".log.json"));
  std::vector<ph::Json> all;
  for (std::string line; std::getline(in, line);) {
    auto row = ph::Json::parse(line);
    if (row.value("mode", std::string{}) == mode) all.push_back(std::move(row));
  }
  return all;
}

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace test
