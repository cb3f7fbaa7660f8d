#include "tools/network_input.hpp"

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "data/dataset_info.hpp"
#include "tensor/safetensors.hpp"

namespace ph {
namespace {

constexpr std::array parts{"test", "val", "train"};

std::vector<Node> data_sets(const Node& config) {
  std::vector<Node> all;
  const auto data = config.find("data");
  for (const char* part : parts) {
    if (data && data->has(part) && data->at(part).is_object()) all.push_back(data->at(part));
  }
  return all;
}

std::vector<double> numbers(const Node& node) {
  std::vector<double> all;
  for (const auto& each : node.elements()) all.push_back(each.f64());
  return all;
}

void read_pipeline(const Node& pipeline, NetworkInput& input) {
  for (const auto& step : pipeline.elements()) {
    const auto type = step.is_object() ? step.find("type") : std::nullopt;
    if (!type || !type->is_string()) continue;
    if (type->string() == "NormalizeTensor" && step.has("mean") && step.has("std")) {
      input.mean = numbers(step.at("mean"));
      input.std = numbers(step.at("std"));
    }
    if (type->string() == "LoadImageFromFile" && step.has("channel_order"))
      input.rgb = step.at("channel_order").string() == "rgb";
  }
}

std::optional<NetworkKeypoints> from_info(const DatasetInfo& info, std::string source) {
  return NetworkKeypoints{info.keypoints, info.flip_pairs, std::move(source)};
}

std::optional<NetworkKeypoints> from_checkpoint(const std::filesystem::path& file) {
  if (file.extension() != ".safetensors") return {};
  const auto metadata = SafetensorsFile::open(file).metadata();
  const auto found = metadata.find("posehost.dataset");
  if (found == metadata.end()) return {};
  const auto json = Json::parse(found->second, nullptr, false);
  if (!json.is_object() || !json.contains("keypoints") || !json.contains("flip_pairs")) return {};
  try {
    return NetworkKeypoints{json["keypoints"].get<std::vector<std::string>>(),
                            json["flip_pairs"].get<std::vector<std::pair<int, int>>>(), file.string()};
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorKind::data, file.string() + ": what it says about its keypoints is damaged",
                found->second.substr(0, 80), "names and flip pairs", "another checkpoint");
  }
}

std::optional<NetworkKeypoints> from_annotations(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const auto json = stream ? Json::parse(stream, nullptr, false) : Json();
  if (!json.is_object() || !json.contains("categories") || !json["categories"].is_array()) return {};
  for (const auto& category : json["categories"]) {
    if (category.is_object() && category.contains("keypoints"))
      return from_info(dataset_info_from_category(category, file.string()), file.string());
  }
  return {};
}

}  // namespace

NetworkInput network_input(const Node& config) {
  NetworkInput input;
  for (const auto& set : data_sets(config)) {
    const auto data_cfg = set.find("data_cfg");
    const auto size = data_cfg && data_cfg->is_object() ? data_cfg->find("image_size") : std::nullopt;
    if (!size) continue;
    input.width = size->is_array() ? (*size)[0].i64() : size->i64();
    input.height = size->is_array() ? (*size)[1].i64() : size->i64();
    if (const auto pipeline = set.find("pipeline")) read_pipeline(*pipeline, input);
    break;
  }
  return input;
}

NetworkKeypoints network_keypoints(const Node& config, const std::filesystem::path& config_dir,
                                   const std::filesystem::path& checkpoint) {
  if (!checkpoint.empty()) {
    if (auto found = from_checkpoint(checkpoint)) return *found;
  }
  std::vector<Node> infos;
  for (const auto& set : data_sets(config)) {
    if (set.has("dataset_info")) infos.push_back(set.at("dataset_info"));
  }
  if (config.has("dataset_info")) infos.push_back(config.at("dataset_info"));
  if (!infos.empty()) return *from_info(dataset_info_from_config(infos.front()), "the config's dataset_info");
  for (const auto& set : data_sets(config)) {
    if (!set.has("ann_file") || !set.at("ann_file").is_string()) continue;
    const std::filesystem::path named = set.at("ann_file").string();
    for (const auto& file : {named, config_dir / named}) {
      if (auto found = from_annotations(file)) return *found;
    }
  }
  return {};
}

// Where model and head have one, both say the same: TopDown refuses different ones.
Node with_flip_test(const Node& config, bool on) {
  auto json = config.json();
  const auto filled = [](const Json& owner) {
    return owner.is_object() && owner.contains("test_cfg") && owner["test_cfg"].is_object() &&
           !owner["test_cfg"].empty();
  };
  auto& model = json["model"];
  const bool heads = model.contains("keypoint_head") && filled(model["keypoint_head"]);
  if (heads) model["keypoint_head"]["test_cfg"]["flip_test"] = on;
  if (!filled(model) && !heads) model["test_cfg"] = Json::object();
  if (filled(model) || !heads) model["test_cfg"]["flip_test"] = on;
  return config.with(json);
}

}  // namespace ph
