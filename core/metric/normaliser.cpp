#include "metric/normaliser.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "config/error.hpp"

namespace ph {
namespace {

using Kind = Normaliser::Kind;

// mmpose 0.29's face and animal data sets, and lapa of 1.x.
const std::map<std::string, Normaliser>& known() {
  static const std::map<std::string, Normaliser> all{{"300w", {Kind::keypoints, 36, 45}},
                                                     {"aflw", {Kind::box_size}},
                                                     {"coco_wholebody_face", {Kind::keypoints, 36, 45}},
                                                     {"cofw", {Kind::keypoints, 8, 9}},
                                                     {"horse10", {Kind::keypoints, 0, 1}},
                                                     {"lapa", {Kind::keypoints, 66, 79}},
                                                     {"wflw", {Kind::keypoints, 60, 72}}};
  return all;
}

double size_of(const Instance& instance, double size, const char* key) {
  if (size > 0) return size;
  throw Error(ErrorKind::data,
              "annotation " + std::to_string(instance.annotation_id) + ": \"" + key + "\" is missing or 0",
              "nothing to divide distances by", std::string("\"") + key + "\" above 0 in every annotation",
              "another normaliser: bbox_size, or two keypoints such as 60,72");
}

double between(const Instance& instance, const Normaliser& pair) {
  const auto count = instance.visible.size();
  if (std::max(pair.first, pair.second) >= count) {
    throw Error(ErrorKind::data,
                "the normaliser is the distance of two keypoints, of which one does not exist",
                std::to_string(pair.first) + " and " + std::to_string(pair.second),
                "numbers from 0 to " + std::to_string(count == 0 ? 0 : count - 1));
  }
  if (instance.visible[pair.first] <= 0 || instance.visible[pair.second] <= 0) return 0;
  const auto& joints = instance.joints;
  return std::hypot(static_cast<double>(joints[2 * pair.first]) - joints[2 * pair.second],
                    static_cast<double>(joints[2 * pair.first + 1]) - joints[2 * pair.second + 1]);
}

}  // namespace

std::optional<Normaliser> parse_normaliser(std::string_view text) {
  if (text == "bbox_size") return Normaliser{Kind::bbox_size};
  if (text == "box_size") return Normaliser{Kind::box_size};
  if (text == "head_size") return Normaliser{Kind::head_size};
  Normaliser pair{Kind::keypoints};
  const auto* end = text.data() + text.size();
  const auto [comma, failed] = std::from_chars(text.data(), end, pair.first);
  if (failed != std::errc() || comma == end || *comma != ',') return std::nullopt;
  const auto [stop, bad] = std::from_chars(comma + 1, end, pair.second);
  if (bad != std::errc() || stop != end || pair.first == pair.second) return std::nullopt;
  return pair;
}

std::optional<Normaliser> normaliser_of_dataset(const std::string& name) {
  const auto found = known().find(name);
  return found == known().end() ? std::nullopt : std::optional(found->second);
}

const std::vector<std::string>& datasets_with_normaliser() {
  static const auto names = [] {
    std::vector<std::string> all;
    for (const auto& [name, normaliser] : known()) all.push_back(name);
    return all;
  }();
  return names;
}

std::vector<double> norms_of(const std::vector<Instance>& instances, const Normaliser& normaliser) {
  std::vector<double> norms;
  for (const auto& instance : instances) {
    switch (normaliser.kind) {
      case Kind::bbox_size:
        norms.push_back(std::max(instance.bbox[2], instance.bbox[3]));
        break;
      case Kind::box_size:
        norms.push_back(size_of(instance, instance.box_size, "box_size"));
        break;
      case Kind::head_size:
        norms.push_back(size_of(instance, instance.head_size, "head_size"));
        break;
      case Kind::keypoints:
        norms.push_back(between(instance, normaliser));
        break;
    }
  }
  return norms;
}

}  // namespace ph
