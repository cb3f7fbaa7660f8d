// COCO keypoint files as CVAT ("annotations/person_keypoints_default.json", pictures in images/…), SLEAP and others write them.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "data/coco_json.hpp"
#include "data/json_entry.hpp"
#include "import/image_finder.hpp"
#include "import/readers.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

// "train" or "val" as a word of the file's name: annotations/person_keypoints_train.json.
std::string side_of(const fs::path& file) {
  const auto stem = file.stem().string();
  const auto word = [&](const std::string& text) {
    const auto at = stem.find(text);
    return at != std::string::npos &&
           (at == 0 || std::isalpha(static_cast<unsigned char>(stem[at - 1])) == 0);
  };
  if (word("train")) return "train";
  return word("val") ? "val" : "";
}

class Reader {
 public:
  Reader(const fs::path& data, const fs::path& images)
      : data_(data), labels_folder_(folder_of(data)), finder_(labels_folder_) {
    labels_.format = "COCO";
    labels_.root = labels_folder_;
    // CVAT keeps labels in annotations/ and pictures beside it.
    if (labels_.root.filename() == "annotations") labels_.root = labels_.root.parent_path();
    if (!images.empty()) labels_.root = folder_of(images);
    finder_ = ImageFinder(labels_.root);
  }

  LabelSet read() {
    std::error_code failed;
    if (!fs::is_directory(data_, failed)) {
      add_file(fs::canonical(data_));
    } else {
      for (const auto& file : files_below(labels_folder_)) {
        if (file.extension() == ".json" && looks_like_coco(file)) add_file(file);
      }
    }
    if (labels_.keypoints.empty())
      throw Error(ErrorKind::data, data_.string() + ": no labels in COCO's keypoint format",
                  "no file with images, annotations and categories",
                  "a category with \"keypoints\": a list of names",
                  "export as \"COCO Keypoints 1.0\" (CVAT) or COCO (SLEAP)");
    // Sides count only where both are there.
    std::set<std::string> sides;
    for (const auto& image : labels_.images) sides.insert(image.side);
    if (sides != std::set<std::string>{"train", "val"}) {
      for (auto& image : labels_.images) image.side.clear();
    }
    return std::move(labels_);
  }

 private:
  static bool looks_like_coco(const fs::path& file) {
    const auto text = read_label_text(file);
    return text.find("\"annotations\"") != std::string::npos &&
           text.find("\"categories\"") != std::string::npos;
  }

  void add_file(const fs::path& file) {
    const Json root = parse_coco_json(file);
    const auto name = file.string();
    for (const char* key : {"images", "annotations", "categories"}) {
      if (!root.contains(key) || !root[key].is_array())
        throw Error(ErrorKind::data, name + ": no list \"" + key + "\"", {},
                    "COCO's lists images, annotations and categories");
    }
    add_categories(root["categories"], name);
    add_images(root["images"], file);
    std::size_t number = 0;
    for (const auto& json : root["annotations"]) add_object(JsonEntry(name, ++number, json));
  }

  void add_categories(const Json& categories, const std::string& file) {
    kept_.clear();
    for (const auto& json : categories) {
      const JsonEntry entry(file, "category", json);
      const auto keypoints = entry.find("keypoints");
      if (!keypoints || !keypoints->value->is_array() || keypoints->value->empty()) continue;
      std::vector<std::string> names;
      for (const auto& one : *keypoints->value)
        names.push_back(one.is_string() ? one.get<std::string>() : one.dump());
      check_keypoint_count(names.size(), file);
      if (std::set<std::string>(names.begin(), names.end()).size() != names.size())
        throw keypoints->error("different names");
      if (labels_.keypoints.empty()) {
        labels_.keypoints = names;
        const auto called = entry.find("name");
        if (called && called->value->is_string()) labels_.category = called->value->get<std::string>();
        add_skeleton(entry);
      }
      if (names != labels_.keypoints) {
        labels_.left_out.add("categories with other keypoints", entry.where());
        continue;
      }
      kept_.insert(entry.at("id").integer());
    }
  }

  // COCO counts from 1; some exporters from 0, which shows where a 0 is.
  void add_skeleton(const JsonEntry& entry) {
    const auto skeleton = entry.find("skeleton");
    if (!skeleton || !skeleton->value->is_array()) return;
    std::vector<std::pair<std::int64_t, std::int64_t>> lines;
    std::int64_t first = 1;
    for (std::size_t i = 0; i < skeleton->value->size(); ++i) {
      const auto line = (*skeleton)[i];
      if (!line.value->is_array() || line.value->size() != 2) throw line.error("two keypoint numbers");
      lines.emplace_back(line[0].integer(), line[1].integer());
      first = std::min({first, lines.back().first, lines.back().second});
    }
    if (first == 0)
      labels_.notes.push_back(entry.where() +
                              ": the skeleton counts keypoints from 0, not from 1 as COCO does");
    const auto count = static_cast<std::int64_t>(labels_.keypoints.size());
    for (const auto& [a, b] : lines) {
      const bool known =
          a >= first && b >= first && a - first < count && b - first < count && a != b && first >= 0;
      if (known)
        labels_.skeleton.emplace_back(static_cast<int>(a - first), static_cast<int>(b - first));
      else
        labels_.left_out.add("lines of the skeleton with an unknown end", entry.where());
    }
  }

  void add_images(const Json& images, const fs::path& file) {
    images_.clear();
    const auto folder = path_below(labels_.root, file.parent_path()).value_or("");
    const auto stem = file.stem().string();
    const auto subset =
        stem.substr(stem.rfind('_') + 1);  // CVAT: person_keypoints_<subset>.json, images/<subset>/
    const std::vector<std::string> places{folder, "", "images/" + subset, "images", folder + "/images",
                                          subset};
    for (const auto& json : images) {
      const JsonEntry entry(file.string(), "image", json);
      const auto id = entry.at("id").integer();
      const auto name = entry.at("file_name");
      if (!name.value->is_string()) throw name.error("a file name");
      if (images_.contains(id)) throw entry.at("id").error("an id that no other image has");
      std::string why;
      const auto found = finder_.find(name.value->get<std::string>(), places, why);
      images_[id] = std::nullopt;
      if (!found) {
        labels_.left_out.add(why, name.value->get<std::string>());
        continue;
      }
      const auto [known, fresh] = by_name_.emplace(*found, labels_.images.size());
      if (fresh)
        labels_.images.push_back(
            {*found, number_of(entry, "width"), number_of(entry, "height"), side_of(file)});
      images_[id] = known->second;
      if (!fresh)
        labels_.left_out.add("pictures that are listed twice (their objects are put together)", *found);
    }
  }

  static std::int64_t number_of(const JsonEntry& entry, const char* key) {
    const auto field = entry.find(key);
    return field ? field->integer() : 0;
  }

  void add_object(const JsonEntry& entry) {
    const auto category = entry.find("category_id");
    const auto image = images_.find(entry.at("image_id").integer());
    if (image == images_.end()) throw entry.at("image_id").error("the id of an entry of \"images\"");
    if (!image->second) return;  // counted with its picture
    const auto& name = labels_.images[*image->second].name;
    if (category && !kept_.contains(category->integer()))
      return labels_.left_out.add("objects of categories without these keypoints", name);
    const auto crowd = entry.find("iscrowd");
    if (crowd && (*crowd->value == 1 || *crowd->value == true)) return labels_.left_out.add("crowds", name);
    const auto points = entry.find("keypoints");
    if (!points) return labels_.left_out.add("objects without keypoints", name);
    if (!points->value->is_array() || points->value->size() != 3 * labels_.keypoints.size())
      throw points->error("x, y, v of " + std::to_string(labels_.keypoints.size()) + " keypoints");
    LabelledObject object{*image->second, {}, std::nullopt, std::nullopt};
    for (std::size_t k = 0; k < labels_.keypoints.size(); ++k) {
      const auto v = (*points)[3 * k + 2].number();
      if (v <= 0) {
        object.points.emplace_back();  // whatever stands there: some write null
      } else {
        object.points.push_back({(*points)[3 * k].number(), (*points)[3 * k + 1].number(), v >= 2 ? 2 : 1});
      }
    }
    if (const auto box = entry.find("bbox"); box && box->value->is_array() && box->value->size() == 4)
      object.box = {(*box)[0].number(), (*box)[1].number(), (*box)[2].number(), (*box)[3].number()};
    if (const auto area = entry.find("area")) object.area = area->number();
    labels_.objects.push_back(std::move(object));
  }

  fs::path data_, labels_folder_;
  LabelSet labels_;
  ImageFinder finder_;
  std::set<std::int64_t> kept_;
  std::map<std::int64_t, std::optional<std::size_t>> images_;  // of the file being read
  std::map<std::string, std::size_t> by_name_;
};

}  // namespace

LabelSet read_coco_export(const fs::path& data, const fs::path& images) {
  return Reader(data, images).read();
}

}  // namespace ph
