#include "data/dataset_info.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "config/args.hpp"

namespace ph {
namespace {

using Color = std::array<std::int64_t, 3>;
constexpr Color default_color{255, 128, 0};  // mmpose's, for keypoints without one

struct KeypointArgs {
  std::string name;
  std::optional<std::int64_t> id;
  Color color = default_color;
  std::string type, swap;
  static const ArgTable<KeypointArgs>& table();
};

const ArgTable<KeypointArgs>& KeypointArgs::table() {
  static const auto t =
      ArgTable<KeypointArgs>("one keypoint")
          .required("name", &KeypointArgs::name, "its name")
          .arg("id", &KeypointArgs::id, "its number, as the key", at_least(0))
          .arg("color", &KeypointArgs::color, "RGB", range(0, 255))
          .arg("type", &KeypointArgs::type, "part of the body", one_of({"upper", "lower", ""}))
          .arg("swap", &KeypointArgs::swap, "name of the mirrored keypoint, or empty");
  return t;
}

struct LimbArgs {
  std::array<std::string, 2> link{};
  std::optional<std::int64_t> id;
  Color color = default_color;
  static const ArgTable<LimbArgs>& table();
};

const ArgTable<LimbArgs>& LimbArgs::table() {
  static const auto t = ArgTable<LimbArgs>("one line of the skeleton")
                            .required("link", &LimbArgs::link, "names of its two ends")
                            .arg("id", &LimbArgs::id, "its number, as the key", at_least(0))
                            .arg("color", &LimbArgs::color, "RGB", range(0, 255));
  return t;
}

struct InfoArgs {
  std::string name;
  std::map<std::string, KeypointArgs> keypoints;
  std::map<std::string, LimbArgs> skeleton;
  std::optional<std::vector<double>> joint_weights, sigmas;
  static const ArgTable<InfoArgs>& table();
};

const ArgTable<InfoArgs>& InfoArgs::table() {
  static const auto t =
      ArgTable<InfoArgs>("what the keypoints of a data set mean")
          .arg("dataset_name", &InfoArgs::name, "name of the data set")
          .required("keypoint_info", &InfoArgs::keypoints, "keypoints by number")
          .arg("skeleton_info", &InfoArgs::skeleton, "lines to draw, by number")
          .arg("joint_weights", &InfoArgs::joint_weights, "a weight per keypoint; all 1 when empty",
               at_least(0))
          .arg("sigmas", &InfoArgs::sigmas, "OKS constant per keypoint; unknown when empty", above(0))
          .ignored("paper_info", "a citation")
          .ignored("flip_pairs", "3-D data sets only; keypoint_info says it by swap")
          .ignored("stats_info", "3-D data sets only")
          .ignored("category_info", "gesture data sets only")
          .ignored("fps", "gesture data sets only");
  return t;
}

// Keys "0", "1", … in numeric order, without holes.
std::vector<std::string> numbered_keys(const Node& node) {
  std::vector<std::string> ordered(node.size());
  for (const std::string& key : node.keys()) {
    const bool digits =
        !key.empty() && key.size() < 7 && key.find_first_not_of("0123456789") == std::string::npos;
    const std::size_t number = digits ? std::stoul(key) : ordered.size();
    if (number >= ordered.size() || !ordered[number].empty()) {
      throw node.at(key).error("\"" + key + "\" is not a number of this list",
                               "keys \"0\" to \"" + std::to_string(ordered.size() - 1) + "\", each once");
    }
    ordered[number] = key;
  }
  return ordered;
}

void check_id(const Node& entry, const std::optional<std::int64_t>& id, std::size_t number) {
  if (!id || *id == static_cast<std::int64_t>(number)) return;
  throw entry.at("id").error("id " + std::to_string(*id) + " differs from its key", std::to_string(number));
}

std::array<std::uint8_t, 3> rgb(const Color& color) {
  return {static_cast<std::uint8_t>(color[0]), static_cast<std::uint8_t>(color[1]),
          static_cast<std::uint8_t>(color[2])};
}

int index_of(const std::vector<std::string>& names, const std::string& name, const Node& at) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw at.error("there is no keypoint \"" + name + "\"", "a name of keypoint_info",
                   did_you_mean(name, names));
  }
  return static_cast<int>(found - names.begin());
}

void read_keypoints(const Node& node, const InfoArgs& args, DatasetInfo& info) {
  const std::vector<std::string> keys = numbered_keys(node);
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const KeypointArgs& point = args.keypoints.at(keys[k]);
    check_id(node.at(keys[k]), point.id, k);
    if (std::find(info.keypoints.begin(), info.keypoints.end(), point.name) != info.keypoints.end()) {
      throw node.at(keys[k]).at("name").error("a second keypoint \"" + point.name + "\"", "each name once");
    }
    info.keypoints.push_back(point.name);
    info.colors.push_back(rgb(point.color));
    if (point.type == "upper") info.upper_body.push_back(static_cast<int>(k));
    if (point.type == "lower") info.lower_body.push_back(static_cast<int>(k));
  }
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const KeypointArgs& point = args.keypoints.at(keys[k]);
    if (point.swap.empty() || point.swap == point.name) continue;
    const Node at = node.at(keys[k]).at("swap");
    const int other = index_of(info.keypoints, point.swap, at);
    const std::string& back = args.keypoints.at(keys[static_cast<std::size_t>(other)]).swap;
    if (back != point.name) {
      throw at.error(
          "\"" + point.name + "\" swaps with \"" + point.swap + "\", which swaps with \"" + back + "\"",
          "pairs that name each other");
    }
    if (static_cast<int>(k) < other) info.flip_pairs.emplace_back(static_cast<int>(k), other);
  }
}

// `values`, if given, must be one per keypoint; empty counts as not given.
std::vector<double> per_keypoint(const Node& info, const char* key,
                                 const std::optional<std::vector<double>>& values, std::size_t count) {
  if (!values || values->empty()) return {};
  if (values->size() != count) {
    throw info.at(key).error(
        std::to_string(values->size()) + " numbers for " + std::to_string(count) + " keypoints",
        "one per keypoint, or none");
  }
  return *values;
}

// "left_x" and "right_x" by name.
std::vector<std::pair<int, int>> pairs_by_name(const std::vector<std::string>& names) {
  std::vector<std::pair<int, int>> pairs;
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (!names[k].starts_with("left_")) continue;
    const auto other = std::find(names.begin(), names.end(), "right_" + names[k].substr(5));
    if (other != names.end())
      pairs.emplace_back(static_cast<int>(k), static_cast<int>(other - names.begin()));
  }
  return pairs;
}

void assume_rest(DatasetInfo& info) {
  info.joint_weights.assign(info.keypoints.size(), 1.0);
  info.colors.assign(info.keypoints.size(), rgb(default_color));
  info.flip_pairs = pairs_by_name(info.keypoints);
  info.assumptions.push_back("keypoint names come from the annotation file: the config has no dataset_info");
  if (info.flip_pairs.empty()) {
    info.assumptions.push_back("no flip pairs: a mirrored picture keeps every keypoint's name");
  } else {
    std::string text = "flip pairs by name:";
    for (const auto& [left, right] : info.flip_pairs) {
      text += " " + info.keypoints[static_cast<std::size_t>(left)] + "/" +
              info.keypoints[static_cast<std::size_t>(right)];
    }
    info.assumptions.push_back(text);
  }
  info.assumptions.push_back("all keypoints weigh 1; OKS sigmas and upper and lower body are unknown");
}

void read_skeleton(const Json& skeleton, const std::string& where, DatasetInfo& info) {
  const auto count = static_cast<std::int64_t>(info.keypoints.size());
  const auto valid = [count](const Json& end) {
    return end.is_number_integer() && end.get<std::int64_t>() >= 1 && end.get<std::int64_t>() <= count;
  };
  for (const Json& line : skeleton) {
    if (!line.is_array() || line.size() != 2 || !valid(line[0]) || !valid(line[1])) {
      throw Error(ErrorKind::data, where + ": a line of the skeleton is wrong", line.dump(),
                  "two keypoint numbers from 1 to " + std::to_string(count));
    }
    info.skeleton.emplace_back(line[0].get<int>() - 1, line[1].get<int>() - 1);
  }
}

}  // namespace

DatasetInfo dataset_info_from_config(const Node& node) {
  const InfoArgs args = InfoArgs::table().read(node);
  DatasetInfo info;
  info.name = args.name;
  const Node keypoints = node.at("keypoint_info");
  if (keypoints.size() == 0) throw keypoints.error("no keypoint", "at least one");
  read_keypoints(keypoints, args, info);
  const std::size_t count = info.keypoints.size();
  info.joint_weights = per_keypoint(node, "joint_weights", args.joint_weights, count);
  if (info.joint_weights.empty()) info.joint_weights.assign(count, 1.0);
  info.sigmas = per_keypoint(node, "sigmas", args.sigmas, count);
  if (const auto skeleton = node.find("skeleton_info")) {
    for (const std::string& key : numbered_keys(*skeleton)) {
      const LimbArgs& limb = args.skeleton.at(key);
      check_id(skeleton->at(key), limb.id, std::stoul(key));
      const Node link = skeleton->at(key).at("link");
      info.skeleton.emplace_back(index_of(info.keypoints, limb.link[0], link[0]),
                                 index_of(info.keypoints, limb.link[1], link[1]));
    }
  }
  return info;
}

DatasetInfo dataset_info_from_category(const Json& category, const std::string& where) {
  DatasetInfo info;
  const auto fail = [&](const std::string& found) {
    return Error(ErrorKind::data, where + ": the category's keypoints are wrong", found,
                 "\"keypoints\": a list of different names");
  };
  if (category.contains("name") && category["name"].is_string())
    info.name = category["name"].get<std::string>();
  const auto names = category.find("keypoints");
  if (names == category.end() || !names->is_array() || names->empty()) throw fail("no list");
  for (const Json& name : *names) {
    if (!name.is_string()) throw fail(name.dump());
    const auto text = name.get<std::string>();
    if (std::find(info.keypoints.begin(), info.keypoints.end(), text) != info.keypoints.end()) {
      throw fail("\"" + text + "\" twice");
    }
    info.keypoints.push_back(text);
  }
  if (const auto skeleton = category.find("skeleton"); skeleton != category.end() && skeleton->is_array()) {
    read_skeleton(*skeleton, where, info);
  }
  assume_rest(info);
  return info;
}

}  // namespace ph
