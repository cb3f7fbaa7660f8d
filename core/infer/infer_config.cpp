#include "infer/infer_config.hpp"

#include <nlohmann/json.hpp>

#include "config/parse_config.hpp"
#include "data/coco_file.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

Node find_config(const InferOptions& options, const std::map<std::string, std::string>& metadata,
                 std::string& source) {
  if (!options.config.empty()) {
    source = options.config.string();
    return load_config(options.config, options.overrides);
  }
  const auto kept = metadata.find("posehost.config");
  if (kept != metadata.end() && !kept->second.empty()) {
    source = options.checkpoint.string() + " (the config in it)";
    return parse_config(kept->second, source, options.overrides);
  }
  std::error_code ignored;
  const auto beside = options.checkpoint.parent_path() / "config.json";
  if (fs::is_regular_file(beside, ignored)) {
    source = beside.string();
    return load_config(beside, options.overrides);
  }
  const bool python = metadata.contains("meta.config");
  throw Error(ErrorKind::config,
              options.checkpoint.string() + ": not known which network these weights are of",
              python ? "a Python config of mmpose in it, which posehost does not run"
                     : "no config in it, none beside it",
              "a JSON config", "--cfg CFG");
}

Node test_data(const Node& config) {
  const auto data = config.at("data");
  for (const char* part : {"test", "val"}) {
    if (const auto set = data.find(part)) return *set;
  }
  throw data.error("it says nothing of how pictures become inputs", "data.test or data.val with a pipeline");
}

std::array<std::int64_t, 2> size(const Node& data_cfg, const char* key) {
  const auto node = data_cfg.at(key);
  if (!node.is_array() || node.size() != 2) throw node.error("not a size", "[width, height]");
  constexpr std::int64_t largest = 16384;
  for (const auto& one : node.elements()) {
    if (one.i64() < 1 || one.i64() > largest) throw one.error("not a size", "1 to 16384");
  }
  return {node[0].i64(), node[1].i64()};
}

// What write_checkpoint() keeps: names, flip pairs, sigmas, skeleton.
DatasetInfo info_in_checkpoint(const std::string& text, const std::string& file) {
  DatasetInfo info;
  try {
    const auto json = Json::parse(text);
    info.name = json.at("name").get<std::string>();
    info.keypoints = json.at("keypoints").get<std::vector<std::string>>();
    info.flip_pairs = json.at("flip_pairs").get<std::vector<std::pair<int, int>>>();
    info.sigmas = json.at("sigmas").get<std::vector<double>>();
    info.skeleton = json.at("skeleton").get<std::vector<std::pair<int, int>>>();
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::data, file + ": what it says of its keypoints is damaged", error.what(),
                "names, flip pairs, sigmas, skeleton", "--cfg CFG with a dataset_info");
  }
  const auto count = static_cast<int>(info.keypoints.size());
  for (const auto* pairs : {&info.flip_pairs, &info.skeleton}) {
    for (const auto& [a, b] : *pairs) {
      if (a >= 0 && b >= 0 && a < count && b < count) continue;
      throw Error(ErrorKind::data, file + ": what it says of its keypoints is damaged",
                  "keypoint " + std::to_string(a < 0 || a >= count ? a : b),
                  "0 to " + std::to_string(count - 1), "--cfg CFG with a dataset_info");
    }
  }
  info.joint_weights.assign(info.keypoints.size(), 1.0);
  return info;
}

DatasetInfo find_info(const InferOptions& options, const std::map<std::string, std::string>& metadata,
                      const Node& set, Node& info_node, const Node& config) {
  for (const auto& place : {set, config}) {
    if (const auto info = place.find("dataset_info")) {
      info_node = *info;
      return dataset_info_from_config(*info);
    }
  }
  const auto kept = metadata.find("posehost.dataset");
  if (kept != metadata.end() && !kept->second.empty())
    return info_in_checkpoint(kept->second, options.checkpoint.string());
  std::error_code ignored;
  const auto given = set.has("ann_file") ? fs::path(set.at("ann_file").string()) : fs::path();
  for (const auto& file : {given, options.config.parent_path() / given}) {
    if (given.empty() || !fs::is_regular_file(file, ignored)) continue;
    if (auto info = read_coco_file(file).category_info) return *info;
  }
  throw config.error("nothing says what the keypoints are", "dataset_info",
                     "\"_base_\": \"dataset_info/coco.json\", or a checkpoint that posehost wrote");
}

}  // namespace

InferConfig find_infer_config(const InferOptions& options,
                              const std::map<std::string, std::string>& metadata) {
  InferConfig found;
  found.config = find_config(options, metadata, found.source);
  for (const char* key : {"model", "data"}) {
    if (!found.config.has(key))
      throw found.config.error(std::string("\"") + key + "\" is missing", "a config of a training",
                               "--cfg with the config that the weights were trained with");
  }
  const auto set = test_data(found.config);
  found.pipeline = set.at("pipeline");
  found.image_size = size(set.at("data_cfg"), "image_size");
  found.heatmap_size = size(set.at("data_cfg"), "heatmap_size");
  found.info = find_info(options, metadata, set, found.info_node, found.config);
  found.compat = found.config.has("compat") ? &compat_for(found.config.at("compat")) : &default_compat();
  return found;
}

}  // namespace ph
