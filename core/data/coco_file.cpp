#include "data/coco_file.hpp"

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "data/box.hpp"
#include "data/coco_json.hpp"
#include "data/json_entry.hpp"

namespace ph {
namespace {

namespace fs = std::filesystem;

CocoImage read_one_image(const JsonEntry& entry) {
  CocoImage image;
  image.id = entry.at("id").integer();
  const JsonField name = entry.at("file_name"), width = entry.at("width"), height = entry.at("height");
  if (!name.value->is_string() || name.value->get<std::string>().empty()) throw name.error("a file name");
  image.file_name = name.value->get<std::string>();
  check_below_folder(image.file_name, name.where);
  image.width = width.integer();
  image.height = height.integer();
  if (image.width <= 0) throw width.error("above 0");
  if (image.height <= 0) throw height.error("above 0");
  return image;
}

std::array<double, 4> read_box(const JsonField& field) {
  if (!field.value->is_array() || field.value->size() != 4) throw field.error("[x, y, width, height]");
  std::array<double, 4> box{};
  for (std::size_t i = 0; i < 4; ++i) box[i] = field[i].number();
  if (box[2] < 0 || box[3] < 0) throw field.error("width and height of at least 0");
  return box;
}

void read_keypoints(const JsonField& field, std::vector<float>& values) {
  if (!field.value->is_array() || field.value->size() % 3 != 0) {
    throw field.error("a list of x, y, v for each keypoint");
  }
  values.reserve(values.size() + field.value->size());
  for (std::size_t i = 0; i < field.value->size(); ++i) {
    // Without the index's text for each of thousands of numbers: it is made when it is needed.
    const Json& json = (*field.value)[i];
    const double value = json.is_number() ? json.get<double>() : field[i].number();
    const bool negative_v = i % 3 == 2 && value < 0;
    if (!std::isfinite(static_cast<float>(value)) || negative_v) {
      throw field[i].error(negative_v ? "v of at least 0: 0 not labelled, 1 hidden, 2 visible" : "a number");
    }
    values.push_back(static_cast<float>(value));
  }
}

std::array<double, 4> read_square(const JsonEntry& entry) {
  const JsonField center = entry.at("center"), scale = entry.at("scale");
  if (!center.value->is_array() || center.value->size() != 2) throw center.error("[x, y]");
  const double side = scale.number() * static_cast<double>(pixels_per_scale);
  if (side <= 0) throw scale.error("above 0: the side of the box in units of 200 pixels");
  return {center[0].number() - side / 2, center[1].number() - side / 2, side, side};
}

// One set of points; false when it is not there.
bool read_points(const JsonEntry& entry, const PointSet& set, CocoAnnotation& annotation) {
  if (!set.valid.empty()) {
    const auto valid = entry.find(set.valid.c_str());
    if (!valid) return false;
    const bool there = valid->value->is_boolean() ? valid->value->get<bool>() : valid->integer() != 0;
    if (!there) return false;
  }
  if (const auto box = entry.find(set.bbox.c_str())) annotation.bbox = read_box(*box);
  for (const auto& name : set.keypoints) {
    // All lists or none: with one missing the others would slip into its place.
    const auto list = &name == &set.keypoints.front() || annotation.keypoints.empty()
                          ? entry.find(name.c_str())
                          : std::optional(entry.at(name.c_str()));
    if (list) read_keypoints(*list, annotation.keypoints);
  }
  return true;
}

// Matlab's pixels.
void count_from_zero(CocoAnnotation& annotation) {
  if (annotation.bbox) (*annotation.bbox)[0] -= 1, (*annotation.bbox)[1] -= 1;
  for (std::size_t i = 0; i < annotation.keypoints.size(); i += 3) {
    annotation.keypoints[i] -= 1;
    annotation.keypoints[i + 1] -= 1;
  }
}

using Index = std::unordered_map<std::int64_t, std::size_t>;

CocoAnnotation read_one_annotation(const JsonEntry& entry, const Index& images, const DatasetRules& rules,
                                   const std::unordered_set<std::int64_t>& categories) {
  CocoAnnotation annotation;
  annotation.id = entry.at("id").integer();
  const JsonField image = entry.at("image_id");
  const auto found = images.find(image.integer());
  if (found == images.end()) throw image.error("the id of an entry of \"images\"");
  annotation.image = found->second;
  if (const auto category = entry.find("category_id");
      category && !categories.contains(category->integer())) {
    throw category->error("the id of an entry of \"categories\"");
  }
  if (const auto crowd = entry.find("iscrowd")) {
    annotation.crowd = crowd->value->is_boolean() ? crowd->value->get<bool>() : crowd->integer() != 0;
  }
  if (rules.box == BoxRule::center_scale) annotation.square = read_square(entry);
  if (const auto area = entry.find("area")) {
    annotation.area = area->number();
    if (*annotation.area < 0) throw area->error("at least 0");
  }
  if (const auto count = entry.find("num_keypoints")) annotation.num_keypoints = count->integer();
  if (const auto size = entry.find("head_size")) annotation.head_size = size->number();
  if (const auto size = entry.find("box_size")) annotation.box_size = size->number();
  return annotation;
}

const Json& list_of(const Json& root, const char* key, const std::string& file) {
  const auto list = root.find(key);
  if (list == root.end() || !list->is_array() || list->empty()) {
    const bool empty = list != root.end() && list->is_array();
    throw Error(ErrorKind::data,
                file + ": " +
                    (empty ? "\"" + std::string(key) + "\" is an empty list"
                           : "no list \"" + std::string(key) + "\""),
                {}, "COCO keypoint format: an object with the lists images, annotations and categories");
  }
  return *list;
}

}  // namespace

CocoFile read_coco_file(const fs::path& path, const DatasetRules& rules) {
  CocoFile file;
  file.name = path.string();
  const Json root = parse_coco_json(path);
  const Json& images = list_of(root, "images", file.name);
  const Json& categories = list_of(root, "categories", file.name);
  const Json& annotations = list_of(root, "annotations", file.name);

  Index image_by_id;
  for (const Json& json : images) {
    const JsonEntry entry(file.name, "image", json);
    file.images.push_back(read_one_image(entry));
    if (!image_by_id.emplace(file.images.back().id, file.images.size() - 1).second) {
      throw entry.at("id").error("an id that no other image has");
    }
  }
  std::unordered_set<std::int64_t> category_ids;
  for (const Json& json : categories) {
    const JsonEntry entry(file.name, "category", json);
    category_ids.insert(entry.at("id").integer());
    if (entry.find("keypoints")) file.keypoint_categories.push_back(entry.at("id").integer());
    if (!file.category_info && entry.find("keypoints")) {
      file.category_info = dataset_info_from_category(json, entry.where());
    }
  }
  if (file.keypoint_categories.empty()) {
    file.keypoint_categories.assign(category_ids.begin(), category_ids.end());
  }
  std::unordered_set<std::int64_t> annotation_ids;
  file.annotations.reserve(annotations.size());
  for (const Json& json : annotations) {
    const JsonEntry entry(file.name, "annotation", json);
    const auto common = read_one_annotation(entry, image_by_id, rules, category_ids);
    if (!annotation_ids.insert(common.id).second)
      throw entry.at("id").error("an id that no other annotation has");
    for (const PointSet& set : rules.points) {
      auto annotation = common;
      if (!read_points(entry, set, annotation)) continue;
      // What is said of the whole entry says nothing about a part of it.
      if (!set.valid.empty()) annotation.num_keypoints.reset(), annotation.area.reset();
      if (rules.from_one) count_from_zero(annotation);
      file.annotations.push_back(std::move(annotation));
    }
  }
  return file;
}

}  // namespace ph
