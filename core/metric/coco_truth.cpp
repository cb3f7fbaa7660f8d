#include "metric/coco_truth.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "metric/json_cursor.hpp"

namespace ph {
namespace {

constexpr const char* format =
    "COCO keypoint format: an object with the lists images, annotations and categories";

class TruthReader {
 public:
  TruthReader(std::string_view text, const std::string& name, const std::vector<std::string>& lists)
      : in_(text, name), lists_(lists), parts_(lists.size()) {
    truth_.name = name;
  }

  CocoTruth read() {
    if (in_.type() != JsonCursor::Type::object) throw in_.error("not an annotation file", format);
    in_.begin_object();
    for (std::string_view key; in_.next_member(key);) {
      if (key == "images") {
        read_list("image", "images", images_seen_, [this] { read_image(); });
      } else if (key == "categories") {
        read_list("category", "categories", categories_seen_, [this] { read_category(); });
      } else if (key == "annotations") {
        read_list("annotation", "annotations", objects_seen_, [this] { read_object(); });
      } else {
        in_.skip();
      }
    }
    in_.finish();
    need(images_seen_, "images");
    need(categories_seen_, "categories");
    need(objects_seen_, "annotations");
    finish_ids();
    finish_points();
    return std::move(truth_);
  }

 private:
  // Annotations may stand before what they refer to, so ids are looked up at the end.
  struct Refs {
    std::int64_t image = 0;
    std::optional<std::int64_t> category;
    std::size_t first = 0, numbers = 0;  // of its keypoints in values_
    std::optional<std::int64_t> num_keypoints;
  };

  template <class Read>
  void read_list(const char* kind, const char* key, bool& seen, Read&& read) {
    if (seen) throw in_.error("\"" + std::string(key) + "\" a second time", "one list");
    seen = true;
    if (in_.type() != JsonCursor::Type::array)
      throw in_.error("\"" + std::string(key) + "\" is no list", format);
    in_.begin_array();
    for (std::size_t i = 0; in_.next_element(); ++i) {
      in_.begin_entry(kind, i);
      in_.begin_object();
      read();
    }
    in_.end_entry();
  }

  void need(bool seen, const char* key) const {
    if (!seen)
      throw Error(ErrorKind::data, truth_.name + ": no list \"" + key + "\"", "no such key", format,
                  "is it the file that you meant? Results go to --dt, annotations to --gt");
  }

  [[nodiscard]] Error missing(const char* key) const {
    return {ErrorKind::data, in_.where() + ": \"" + key + "\" is missing", "no such key", format,
            "export the annotations again, with this key"};
  }

  void read_image() {
    std::optional<std::int64_t> id;
    double crowd_index = std::numeric_limits<double>::quiet_NaN();
    for (std::string_view key; in_.next_member(key);) {
      if (key == "id") {
        id = in_.integer();
      } else if (key == "crowdIndex" && in_.type() != JsonCursor::Type::null) {
        crowd_index = in_.number();
      } else {
        in_.skip();
      }
    }
    if (!id) throw missing("id");
    images_.emplace_back(*id, crowd_index);
  }

  void read_category() {
    CocoCategory category;
    std::optional<std::int64_t> id;
    for (std::string_view key; in_.next_member(key);) {
      if (key == "id") {
        in_.name_entry((id = in_.integer()).value());
      } else if (key == "name") {
        category.name = in_.string();
      } else if (key == "keypoints") {
        in_.begin_array();
        while (in_.next_element()) category.keypoints.push_back(in_.string());
      } else if (key == "sigmas") {
        in_.numbers(category.sigmas, std::numeric_limits<std::size_t>::max());
      } else {
        in_.skip();
      }
    }
    if (!id) throw missing("id");
    category.id = *id;
    truth_.categories.push_back(std::move(category));
  }

  void read_object() {
    CocoObject object;
    Refs refs;
    std::optional<std::int64_t> id, image;
    refs.first = values_.size();
    for (auto& part : parts_) part.clear();
    for (std::string_view key; in_.next_member(key);) {
      if (key == "segmentation" || in_.type() == JsonCursor::Type::null) {
        in_.skip();
      } else if (key == "id") {
        in_.name_entry((id = in_.integer()).value());
      } else if (key == "image_id") {
        image = in_.integer();
      } else if (key == "category_id") {
        refs.category = in_.integer();
      } else if (key == "iscrowd") {
        object.crowd = in_.type() == JsonCursor::Type::boolean ? in_.boolean() : in_.integer() != 0;
      } else if (key == "num_keypoints") {
        refs.num_keypoints = in_.integer();
      } else if (key == "area") {
        object.area = size("area");
      } else if (key == "head_size") {
        object.head_size = size("head_size");
      } else if (key == "box_size") {
        object.box_size = size("box_size");
      } else if (key == "bbox") {
        object.bbox = read_box();
      } else if (const auto list = std::find(lists_.begin(), lists_.end(), key); list != lists_.end()) {
        auto& part = parts_[static_cast<std::size_t>(list - lists_.begin())];
        part.clear();
        in_.numbers(part, std::numeric_limits<std::size_t>::max());
      } else {
        in_.skip();
      }
    }
    if (!id) throw missing("id");
    if (!image) throw missing("image_id");
    object.id = *id;
    refs.image = *image;
    for (const auto& part : parts_) values_.insert(values_.end(), part.begin(), part.end());
    refs.numbers = values_.size() - refs.first;
    if (lists_.size() > 1) {
      refs.num_keypoints.reset();
      spanning_ = std::max(spanning_, parts_.front().size() / 3);
    }
    truth_.objects.push_back(object);
    refs_.push_back(refs);
  }

  double size(const char* key) {
    const double value = in_.number();
    if (value < 0) throw in_.error(std::string("\"") + key + "\" is negative", "at least 0");
    return value;
  }

  std::array<double, 4> read_box() {
    std::vector<double> values;
    const auto expected = "[x, y, width, height] with sizes of at least 0";
    if (in_.numbers(values, 4) != 4) throw in_.error("\"bbox\" has not four numbers", expected);
    if (values[2] < 0 || values[3] < 0) throw in_.error("\"bbox\" has a negative size", expected);
    return {values[0], values[1], values[2], values[3]};
  }

  [[nodiscard]] Error of(const CocoObject& object, const std::string& problem, std::string found,
                         std::string expected) const {
    return {ErrorKind::data, truth_.name + ": annotation " + std::to_string(object.id) + ": " + problem,
            std::move(found), std::move(expected)};
  }
  [[nodiscard]] Error twice(const std::string& kind, std::int64_t id) const {
    return {ErrorKind::data, truth_.name + ": " + kind + " " + std::to_string(id) + ": the id occurs twice",
            "\"id\": " + std::to_string(id), "an id that no other " + kind + " has"};
  }

  void finish_ids() {
    std::sort(images_.begin(), images_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    auto& images = truth_.images;
    for (const auto& [id, crowd_index] : images_) {
      images.push_back(id);
      truth_.crowd_index.push_back(crowd_index);
    }
    if (const auto at = std::adjacent_find(images.begin(), images.end()); at != images.end()) {
      throw twice("image", *at);
    }
    auto& categories = truth_.categories;
    if (categories.empty()) {
      throw Error(ErrorKind::data, truth_.name + ": \"categories\" is an empty list", "[]", format);
    }
    std::stable_sort(categories.begin(), categories.end(),
                     [](const auto& a, const auto& b) { return a.id < b.id; });
    for (std::size_t i = 1; i < categories.size(); ++i) {
      if (categories[i].id == categories[i - 1].id) throw twice("category", categories[i].id);
    }
    std::unordered_set<std::int64_t> ids;
    ids.reserve(truth_.objects.size());
    for (std::size_t i = 0; i < truth_.objects.size(); ++i) {
      if (!ids.insert(truth_.objects[i].id).second) throw twice("annotation", truth_.objects[i].id);
      find_owners(truth_.objects[i], refs_[i]);
    }
  }

  void find_owners(CocoObject& object, const Refs& refs) const {
    const auto image = truth_.image(refs.image);
    if (!image) {
      throw of(object, "its image does not exist", "\"image_id\": " + std::to_string(refs.image),
               "the id of an entry of \"images\"");
    }
    if (!refs.category && truth_.categories.size() > 1) {
      throw of(object, "\"category_id\" is missing", "no such key", "the id of an entry of \"categories\"");
    }
    const auto category = truth_.category(refs.category.value_or(truth_.categories.front().id));
    if (!category) {
      throw of(object, "its category does not exist", "\"category_id\": " + std::to_string(*refs.category),
               "the id of an entry of \"categories\"");
    }
    object.image = *image;
    object.category = *category;
  }

  // K is what the category says, else the first annotation with keypoints.
  void finish_points() {
    std::size_t count = lists_.size() > 1 ? 0 : truth_.main_category().keypoints.size();
    for (const auto& refs : refs_) count = count == 0 && refs.numbers % 3 == 0 ? refs.numbers / 3 : count;
    if (count == 0) {
      throw Error(ErrorKind::data, truth_.name + ": nothing says how many keypoints there are",
                  "no category and no annotation with \"keypoints\"", format);
    }
    truth_.keypoints = count;
    truth_.spanning = spanning_ > 0 ? std::min(spanning_, count) : count;
    for (std::size_t i = 0; i < truth_.objects.size(); ++i) take_points(truth_.objects[i], refs_[i]);
  }

  void take_points(CocoObject& object, const Refs& refs) {
    const auto count = truth_.keypoints;
    object.num_keypoints = refs.num_keypoints.value_or(0);
    if (refs.numbers == 0) return;
    if (refs.numbers != 3 * count) {
      throw of(object, "the number of keypoints does not fit", std::to_string(refs.numbers) + " numbers",
               std::to_string(3 * count) + ": x, y, v of " + std::to_string(count) + " keypoints");
    }
    object.points = truth_.labelled.size() / count;
    std::int64_t labelled = 0;
    for (std::size_t at = refs.first; at < refs.first + refs.numbers; at += 3) {
      truth_.points.insert(truth_.points.end(), {values_[at], values_[at + 1]});
      truth_.labelled.push_back(values_[at + 2] > 0 ? 1 : 0);
      labelled += truth_.labelled.back();
    }
    if (!refs.num_keypoints) object.num_keypoints = labelled;
  }

  JsonCursor in_;
  std::vector<std::string> lists_;
  std::vector<std::vector<double>> parts_;  // of one annotation
  std::size_t spanning_ = 0;                // with several lists: points of the first
  CocoTruth truth_;
  bool images_seen_ = false, categories_seen_ = false, objects_seen_ = false;
  std::vector<std::pair<std::int64_t, double>> images_;  // id, crowd index
  std::vector<Refs> refs_;
  std::vector<double> values_;
};

}  // namespace

std::optional<std::uint32_t> CocoTruth::image(std::int64_t id) const {
  const auto at = std::lower_bound(images.begin(), images.end(), id);
  if (at == images.end() || *at != id) return std::nullopt;
  return static_cast<std::uint32_t>(at - images.begin());
}

std::optional<std::uint32_t> CocoTruth::category(std::int64_t id) const {
  const auto at = std::lower_bound(categories.begin(), categories.end(), id,
                                   [](const auto& c, auto wanted) { return c.id < wanted; });
  if (at == categories.end() || at->id != id) return std::nullopt;
  return static_cast<std::uint32_t>(at - categories.begin());
}

const CocoCategory& CocoTruth::main_category() const {
  const auto at =
      std::find_if(categories.begin(), categories.end(), [](const auto& c) { return !c.keypoints.empty(); });
  return at == categories.end() ? categories.front() : *at;
}

CocoTruth parse_coco_truth(std::string_view text, const std::string& name,
                           const std::vector<std::string>& lists) {
  return TruthReader(text, name, lists).read();
}

CocoTruth read_coco_truth(const std::filesystem::path& file, const std::vector<std::string>& lists) {
  const auto text = read_data_file(file, "a COCO annotation file (JSON)");
  return parse_coco_truth(text, file.string(), lists);
}

}  // namespace ph
