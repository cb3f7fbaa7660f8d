#include "data/dataset_rules.hpp"

#include <nlohmann/json.hpp>

#include "embedded.hpp"

namespace ph {
namespace {

using Json = nlohmann::ordered_json;

BoxRule box_rule(const std::string& name) {
  static const std::map<std::string, BoxRule> rules{{"cut", BoxRule::cut},
                                                    {"raw", BoxRule::raw},
                                                    {"center_scale", BoxRule::center_scale},
                                                    {"image", BoxRule::image}};
  return rules.at(name);
}

DatasetRules read_rules(const Json& json) {
  DatasetRules rules;
  rules.metrics = json.at("metrics").get<std::vector<std::string>>();
  rules.box = box_rule(json.value("box", std::string("cut")));
  rules.jitter = json.value("jitter", false);
  rules.from_one = json.value("from_one", false);
  rules.use_area = json.value("use_area", true);
  rules.by_crowd = json.value("by_crowd", false);
  if (!json.contains("points")) return rules;
  rules.points.clear();
  for (const auto& set : json.at("points")) {
    rules.points.push_back({set.at("keypoints").get<std::vector<std::string>>(),
                            set.value("bbox", std::string("bbox")), set.value("valid", std::string())});
  }
  return rules;
}

}  // namespace

const std::map<std::string, DatasetRules>& dataset_rules() {
  static const auto& all = *new std::map<std::string, DatasetRules>([] {
    std::map<std::string, DatasetRules> read;
    const Json types = Json::parse(embedded::DATASET_TYPES);
    for (auto type = types.begin(); type != types.end(); ++type) read[type.key()] = read_rules(type.value());
    return read;
  }());
  return all;
}

}  // namespace ph
