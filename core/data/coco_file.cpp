#include "data/coco_file.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "data/coco_json.hpp"

namespace ph {
namespace {

namespace fs = std::filesystem;

// A member with its place for messages: "ann.json: annotation 5: \"bbox\"".
struct Field {
  const Json* value;
  std::string where;

  [[nodiscard]] Error error(const std::string& expected, std::string advice = {}) const {
    std::string found = value->dump();
    if (found.size() > 60) found = found.substr(0, 57) + "...";
    return Error(ErrorKind::data, where + " is wrong", found, expected, std::move(advice));
  }
  [[nodiscard]] std::int64_t integer() const {
    if (!value->is_number_integer()) throw error("a whole number");
    return value->get<std::int64_t>();
  }
  [[nodiscard]] double number() const {
    const double read = value->is_number() ? value->get<double>() : NAN;
    if (!std::isfinite(read)) throw error("a number", "points that are not labelled have x, y, v = 0");
    return read;
  }
  [[nodiscard]] Field operator[](std::size_t i) const {
    return {&(*value)[i], where + "[" + std::to_string(i) + "]"};
  }
};

// An object of one of the lists.
class Entry {
 public:
  Entry(const std::string& file, const char* kind, const Json& json)
      : json_(json), where_(file + ": " + kind) {
    if (!json.is_object()) throw Field{&json, where_}.error("an object");
    if (const auto id = json.find("id"); id != json.end()) where_ += " " + id->dump();
  }
  [[nodiscard]] std::optional<Field> find(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return std::nullopt;
    return Field{&*found, where_ + ": \"" + key + "\""};
  }
  [[nodiscard]] Field at(const char* key) const {
    if (const auto field = find(key)) return *field;
    throw Error(ErrorKind::data, where_ + ": \"" + key + "\" is missing");
  }
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  const Json& json_;
  std::string where_;
};

CocoImage read_one_image(const Entry& entry) {
  CocoImage image;
  image.id = entry.at("id").integer();
  const Field name = entry.at("file_name"), width = entry.at("width"), height = entry.at("height");
  if (!name.value->is_string() || name.value->get<std::string>().empty()) throw name.error("a file name");
  image.file_name = name.value->get<std::string>();
  const fs::path path = fs::path(image.file_name).lexically_normal();
  if (path.is_absolute() || *path.begin() == "..") {
    throw name.error("a path below the image folder", "set img_prefix to the folder that holds all images");
  }
  image.width = width.integer();
  image.height = height.integer();
  if (image.width <= 0) throw width.error("above 0");
  if (image.height <= 0) throw height.error("above 0");
  return image;
}

std::array<double, 4> read_box(const Field& field) {
  if (!field.value->is_array() || field.value->size() != 4) throw field.error("[x, y, width, height]");
  std::array<double, 4> box{};
  for (std::size_t i = 0; i < 4; ++i) box[i] = field[i].number();
  if (box[2] < 0 || box[3] < 0) throw field.error("width and height of at least 0");
  return box;
}

std::vector<float> read_keypoints(const Field& field) {
  if (!field.value->is_array() || field.value->size() % 3 != 0) {
    throw field.error("a list of x, y, v for each keypoint");
  }
  std::vector<float> values;
  values.reserve(field.value->size());
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
  return values;
}

using Index = std::unordered_map<std::int64_t, std::size_t>;

CocoAnnotation read_one_annotation(const Entry& entry, const Index& images,
                                   const std::unordered_set<std::int64_t>& categories) {
  CocoAnnotation annotation;
  annotation.id = entry.at("id").integer();
  const Field image = entry.at("image_id");
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
  if (const auto box = entry.find("bbox")) annotation.bbox = read_box(*box);
  if (const auto area = entry.find("area")) {
    annotation.area = area->number();
    if (*annotation.area < 0) throw area->error("at least 0");
  }
  if (const auto keypoints = entry.find("keypoints")) annotation.keypoints = read_keypoints(*keypoints);
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

CocoFile read_coco_file(const fs::path& path) {
  CocoFile file;
  file.name = path.string();
  const Json root = parse_coco_json(path);
  const Json& images = list_of(root, "images", file.name);
  const Json& categories = list_of(root, "categories", file.name);
  const Json& annotations = list_of(root, "annotations", file.name);

  Index image_by_id;
  for (const Json& json : images) {
    const Entry entry(file.name, "image", json);
    file.images.push_back(read_one_image(entry));
    if (!image_by_id.emplace(file.images.back().id, file.images.size() - 1).second) {
      throw entry.at("id").error("an id that no other image has");
    }
  }
  std::unordered_set<std::int64_t> category_ids;
  for (const Json& json : categories) {
    const Entry entry(file.name, "category", json);
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
    const Entry entry(file.name, "annotation", json);
    file.annotations.push_back(read_one_annotation(entry, image_by_id, category_ids));
    if (!annotation_ids.insert(file.annotations.back().id).second) {
      throw entry.at("id").error("an id that no other annotation has");
    }
  }
  return file;
}

}  // namespace ph
