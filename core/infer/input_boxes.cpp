#include "infer/input_boxes.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "data/coco_json.hpp"

namespace ph {
namespace {

constexpr const char* format =
    "a COCO annotation file, or a list of {\"image_id\" or \"file_name\", \"bbox\": [x, y, width, height], "
    "\"score\"}";
const std::vector<InputBox> none;

class Reader {
 public:
  explicit Reader(std::string file) : file_{std::move(file)} {}

  InputBox box(const Json& entry, std::size_t index) const {
    InputBox box;
    const auto numbers = entry.find("bbox");
    if (numbers == entry.end() || !numbers->is_array() || numbers->size() != 4)
      throw bad(entry, index, "no \"bbox\" of four numbers");
    for (std::size_t i = 0; i < 4; ++i) {
      if (!(*numbers)[i].is_number()) throw bad(entry, index, "no \"bbox\" of four numbers");
      box.bbox[i] = (*numbers)[i].get<double>();
      if (!std::isfinite(box.bbox[i])) throw bad(entry, index, "a \"bbox\" that is not finite");
    }
    if (box.bbox[2] <= 0 || box.bbox[3] <= 0) throw bad(entry, index, "a \"bbox\" without area");
    if (const auto score = entry.find("score"); score != entry.end()) {
      if (!score->is_number()) throw bad(entry, index, "a \"score\" that is no number");
      box.score = score->get<double>();
    }
    return box;
  }
  std::int64_t id(const Json& entry, const char* key, std::size_t index) const {
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_number_integer())
      throw bad(entry, index, std::string("no \"") + key + "\" that is a whole number");
    return found->get<std::int64_t>();
  }
  std::string text(const Json& entry, const char* key, std::size_t index) const {
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_string())
      throw bad(entry, index, std::string("no \"") + key + "\"");
    return found->get<std::string>();
  }
  void check_object(const Json& entry, std::size_t index) const {
    if (!entry.is_object()) throw bad(entry, index, "no object");
  }
  Error bad(const Json& entry, std::size_t index, const std::string& what) const {
    constexpr std::size_t shown = 120;
    return Error(ErrorKind::data, file_ + ": entry " + std::to_string(index) + ": " + what,
                 entry.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, shown), format);
  }

 private:
  std::string file_;
};

// The number that a stem ends in; -1 for none.
std::int64_t number_of(const std::string& stem) {
  const auto begin = stem.find_last_not_of("0123456789") + 1;  // npos + 1 is 0
  constexpr std::size_t most_digits = 18;
  const auto digits = stem.size() - begin;
  return digits == 0 || digits > most_digits ? -1 : std::stoll(stem.substr(begin));
}

}  // namespace

InputBoxes InputBoxes::read(const std::filesystem::path& file) {
  const auto json = parse_annotation_json(file);
  const Reader reader(file.string());
  InputBoxes boxes;
  if (json.is_object()) {
    for (const char* list : {"images", "annotations"}) {
      if (!json.contains(list) || !json[list].is_array())
        throw Error(ErrorKind::data, file.string() + ": there are no boxes in it",
                    std::string("no list \"") + list + "\"", format);
    }
    std::size_t index = 0;
    for (const auto& image : json["images"]) {
      reader.check_object(image, index);
      boxes.ids_.emplace(reader.text(image, "file_name", index), reader.id(image, "id", index));
      ++index;
    }
    index = 0;
    for (const auto& entry : json["annotations"]) {
      reader.check_object(entry, index);
      const bool crowd = entry.contains("iscrowd") && (entry["iscrowd"] == 1 || entry["iscrowd"] == true);
      if (!crowd) boxes.by_id_[reader.id(entry, "image_id", index)].push_back(reader.box(entry, index));
      ++index;
    }
  } else if (json.is_array()) {
    std::size_t index = 0;
    for (const auto& entry : json) {
      reader.check_object(entry, index);
      auto& list = entry.contains("file_name") ? boxes.by_name_[reader.text(entry, "file_name", index)]
                                               : boxes.by_id_[reader.id(entry, "image_id", index)];
      list.push_back(reader.box(entry, index++));
    }
  }
  if (boxes.by_id_.empty() && boxes.by_name_.empty())
    throw Error(ErrorKind::data, file.string() + ": there are no boxes in it",
                json.is_array()    ? "an empty list"
                : json.is_object() ? "no annotations"
                                   : "no list",
                format);
  return boxes;
}

const std::vector<InputBox>& InputBoxes::of_image(const std::filesystem::path& path, std::int64_t& id) const {
  // "a/b/c.png": tried whole, then as "b/c.png", "c.png".
  std::vector<std::string> names{path.string()};
  for (std::filesystem::path tail = path; tail.has_parent_path() && tail.begin() != tail.end();) {
    std::filesystem::path shorter;
    for (auto part = std::next(tail.begin()); part != tail.end(); ++part) shorter /= *part;
    if (shorter.empty() || shorter == tail) break;
    names.push_back(shorter.string());
    tail = shorter;
  }
  for (const auto& name : names) {
    if (const auto named = ids_.find(name); named != ids_.end()) {
      id = named->second;
      const auto found = by_id_.find(id);
      return found == by_id_.end() ? none : found->second;
    }
    if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
  }
  const auto number = number_of(path.stem().string());
  const auto found = ids_.empty() && number >= 0 ? by_id_.find(number) : by_id_.end();
  if (found == by_id_.end()) return none;
  id = number;
  return found->second;
}

const std::vector<InputBox>& InputBoxes::of_frame(std::int64_t index) const {
  const auto found = by_id_.find(index);
  return found == by_id_.end() ? none : found->second;
}

}  // namespace ph
