// YOLO-pose (Ultralytics): data.yaml {path, train, val, kpt_shape: [K, 2 or 3], flip_idx, names, kpt_names}; a line of labels/x.txt is
// class, centre and size of the box, then x, y[, v] of each keypoint, in shares of the picture's width and height.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "config/error.hpp"
#include "import/image_finder.hpp"
#include "import/image_size.hpp"
#include "import/readers.hpp"
#include "import/simple_yaml.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

fs::path yaml_file(const fs::path& data) {
  std::error_code failed;
  if (!fs::is_directory(data, failed)) return fs::canonical(data);
  std::vector<fs::path> found;
  for (const auto& file : files_below(folder_of(data))) {
    const auto suffix = file.extension();
    if ((suffix == ".yaml" || suffix == ".yml") && fs::file_size(file, failed) < (1U << 20) &&
        read_label_text(file).find("kpt_shape") != std::string::npos)
      found.push_back(file);
  }
  if (found.size() == 1) return found.front();
  for (const auto& file : found) {
    if (file.stem() == "data") return file;
  }
  throw Error(ErrorKind::data,
              data.string() + ": " + (found.empty() ? "no" : "more than one") + " data file of YOLO-pose",
              found.empty() ? "no *.yaml with kpt_shape" : found[0].string() + ", " + found[1].string(),
              "data.yaml with kpt_shape", "name the file itself");
}

// images/a/x.jpg -> labels/a/x.txt: the last folder called images, as Ultralytics does.
std::string label_path(const std::string& image) {
  auto text = fs::path("/" + image).replace_extension(".txt").generic_string();
  if (const auto at = text.rfind("/images/"); at != std::string::npos) text.replace(at, 8, "/labels/");
  return text.substr(1);
}

class Reader {
 public:
  explicit Reader(const fs::path& data) : file_(yaml_file(data)) {
    labels_.format = "YOLO-pose";
    labels_.root = folder_of(file_);
    yaml_ = parse_simple_yaml(read_label_text(file_), file_.string());
    if (!yaml_.is_object()) throw wrong("data.yaml", yaml_, "keys with values");
  }

  LabelSet read() {
    read_shape();
    read_names();
    read_flips();
    read_skeleton();
    for (const char* side : {"train", "val"}) add_side(side);
    if (labels_.images.empty() && labels_.left_out.reasons().empty())
      throw Error(ErrorKind::data, file_.string() + ": no pictures", "nothing below train and val",
                  "\"train\" and \"val\": folders with pictures");
    return std::move(labels_);
  }

 private:
  [[nodiscard]] Error wrong(const std::string& key, const Json& found, const std::string& expected) const {
    return Error(ErrorKind::data, file_.string() + ": " + key + " is wrong", found.dump().substr(0, 80),
                 expected);
  }

  void read_shape() {
    const auto shape = yaml_.value("kpt_shape", Json());
    if (!shape.is_array() || shape.size() != 2 || !shape[0].is_number_integer() ||
        (shape[1] != 2 && shape[1] != 3))
      throw wrong("kpt_shape", shape, "[number of keypoints, 2 or 3]");
    const auto count = shape[0].get<std::int64_t>();
    check_keypoint_count(count < 0 ? 0 : static_cast<std::size_t>(count), file_.string());
    keypoints_ = static_cast<std::size_t>(count);
    values_ = shape[1].get<std::size_t>();
  }

  // kpt_names: {0: [nose, …]} (Ultralytics) or node_names: [nose, …] (SLEAP), where there; else numbers.
  void read_names() {
    auto names = yaml_.value("kpt_names", yaml_.value("node_names", Json()));
    if (names.is_object() && !names.empty()) names = names.front();
    std::set<std::string> different;
    if (names.is_array() && names.size() == keypoints_) {
      for (const auto& name : names)
        different.insert(name.is_string() ? name.get<std::string>() : name.dump());
    }
    for (std::size_t k = 0; k < keypoints_; ++k) {
      const bool named = different.size() == keypoints_;
      labels_.keypoints.push_back(!named                 ? "point" + std::to_string(k)
                                  : names[k].is_string() ? names[k].get<std::string>()
                                                         : names[k].dump());
    }
    if (different.size() != keypoints_)
      labels_.notes.push_back(
          "the keypoints have no names (kpt_names in data.yaml): they are called point0, point1, …");
    const auto classes = yaml_.value("names", Json());
    if (classes.is_null() || classes.empty()) return;
    const auto& first = classes.is_structured() ? classes.front() : classes;
    if (first.is_string()) labels_.category = first.get<std::string>();
    if (classes.is_structured() && classes.size() > 1)
      labels_.notes.push_back("objects of " + std::to_string(classes.size()) +
                              " classes are trained as one: " + labels_.category);
  }

  void read_flips() {
    if (!yaml_.contains("flip_idx") || yaml_["flip_idx"].is_null()) return;
    const auto& flips = yaml_["flip_idx"];
    const std::string expected =
        "each keypoint's number in the mirrored picture, " + std::to_string(keypoints_) + " numbers";
    if (!flips.is_array() || flips.size() != keypoints_) throw wrong("flip_idx", flips, expected);
    std::vector<std::pair<int, int>> pairs;
    for (std::size_t k = 0; k < keypoints_; ++k) {
      const auto other = flips[k].is_number_integer() ? flips[k].get<std::int64_t>() : -1;
      const bool mutual = other >= 0 && static_cast<std::size_t>(other) < keypoints_ &&
                          flips[static_cast<std::size_t>(other)] == k;
      if (!mutual) throw wrong("flip_idx", flips, expected + " that name each other");
      if (static_cast<std::size_t>(other) > k)
        pairs.emplace_back(static_cast<int>(k), static_cast<int>(other));
    }
    // Exporters that know nothing write 0, 1, 2, …: the names may know more.
    if (!pairs.empty()) labels_.flip_pairs = pairs;
  }

  // SLEAP's export has one; Ultralytics knows none.
  void read_skeleton() {
    const auto skeleton = yaml_.value("skeleton", Json());
    const auto count = static_cast<std::int64_t>(keypoints_);
    for (const auto& line : skeleton.is_array() ? skeleton : Json::array()) {
      const bool numbers =
          line.is_array() && line.size() == 2 && line[0].is_number_integer() && line[1].is_number_integer();
      const auto a = numbers ? line[0].get<std::int64_t>() : -1,
                 b = numbers ? line[1].get<std::int64_t>() : -1;
      if (std::min(a, b) >= 0 && std::max(a, b) < count && a != b)
        labels_.skeleton.emplace_back(static_cast<int>(a), static_cast<int>(b));
      else
        labels_.left_out.add("lines of the skeleton with an unknown end", line.dump().substr(0, 40));
    }
  }

  void add_side(const std::string& side) {
    const auto given = yaml_.value(side, Json());
    std::vector<std::string> places;
    if (given.is_string()) places.push_back(given.get<std::string>());
    if (given.is_array()) {
      for (const auto& one : given) places.push_back(one.is_string() ? one.get<std::string>() : "");
    }
    for (const auto& place : places) {
      for (const auto& image : images_of(place)) add_image(image, side);
    }
  }

  // Below `path`, which may be one of another machine, or of data.yaml itself; Roboflow writes "../train/images".
  std::vector<std::string> images_of(const std::string& place) {
    const auto base =
        yaml_.contains("path") && yaml_["path"].is_string() ? yaml_["path"].get<std::string>() : "";
    std::string inner = place;
    while (inner.starts_with("../")) inner.erase(0, 3);
    std::error_code failed;
    bool leaves = false;
    for (const auto& candidate : {labels_.root / base / place, labels_.root / place, labels_.root / inner}) {
      const auto below = path_below(labels_.root, candidate);
      leaves = leaves || !below;
      if (!below || !fs::exists(labels_.root / *below, failed)) continue;
      return fs::is_directory(labels_.root / *below, failed) ? images_in(*below) : images_listed(*below);
    }
    throw Error(ErrorKind::data,
                file_.string() + ": " +
                    (leaves ? "a folder that is not below this file's" : "a folder that is not there"),
                place, "a folder with pictures below " + labels_.root.string(),
                "paths count from the folder of data.yaml");
  }

  std::vector<std::string> images_in(const std::string& folder) const {
    std::vector<std::string> found;
    for (const auto& file : files_below(labels_.root / folder)) {
      if (!has_image_suffix(file)) continue;
      if (auto below = path_below(labels_.root, file)) found.push_back(std::move(*below));
    }
    return found;
  }

  std::vector<std::string> images_listed(const std::string& list) {
    std::vector<std::string> found;
    ImageFinder finder(labels_.root);
    std::istringstream lines(read_label_text(labels_.root / list));
    const auto folder = fs::path(list).parent_path().generic_string();
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with('\r')) line.pop_back();
      if (line.empty()) continue;
      std::string why;
      const auto image = finder.find(line, {folder, ""}, why);
      image ? found.push_back(*image) : labels_.left_out.add(why, line);
    }
    return found;
  }

  void add_image(const std::string& image, const std::string& side) {
    if (!seen_.insert(image).second) return labels_.left_out.add("pictures that are listed twice", image);
    const auto label = labels_.root / label_path(image);
    std::error_code failed;
    if (!fs::is_regular_file(label, failed))
      return labels_.left_out.add("pictures without a label file", image);
    const auto size = image_size(labels_.root / image);
    if (!size)
      return labels_.left_out.add("pictures that are missing or no JPEG, PNG, BMP, TIFF or WebP", image);
    labels_.images.push_back({image, size->width, size->height, side});
    std::istringstream lines(read_label_text(label));
    std::size_t number = 0;
    std::set<std::string> rows;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      if (!rows.insert(line).second) {
        labels_.left_out.add("rows that stand there twice", image);
        continue;
      }
      add_object(line, label.string() + ":" + std::to_string(number), *size);
    }
  }

  void add_object(const std::string& line, const std::string& where, const ImageSize& size) {
    std::istringstream words(line);
    std::vector<double> values;
    for (std::string word; words >> word;) values.push_back(number_in(word));
    const auto wanted = 5 + keypoints_ * values_;
    if (values.size() != wanted)
      throw Error(ErrorKind::data, where + ": the row has another length than kpt_shape says",
                  std::to_string(values.size()) + " numbers",
                  std::to_string(wanted) + ": class, box, " + std::to_string(keypoints_) + " keypoints of " +
                      std::to_string(values_));
    const auto width = static_cast<double>(size.width), height = static_cast<double>(size.height);
    LabelledObject object{labels_.images.size() - 1, {}, std::nullopt, std::nullopt};
    object.box = {(values[1] - values[3] / 2) * width, (values[2] - values[4] / 2) * height,
                  values[3] * width, values[4] * height};
    for (std::size_t k = 0; k < keypoints_; ++k) {
      const auto* at = &values[5 + k * values_];
      const int v = values_ == 3                                           ? (at[2] >= 2   ? 2
                                                                              : at[2] >= 1 ? 1
                                                                                           : 0)
                    : (at[0] == 0 && at[1] == 0) || at[0] < 0 || at[1] < 0 ? 0
                                                                           : 2;
      object.points.push_back({at[0] * width, at[1] * height, v});
    }
    labels_.objects.push_back(std::move(object));
  }

  fs::path file_;
  LabelSet labels_;
  Json yaml_;
  std::size_t keypoints_ = 0, values_ = 3;
  std::set<std::string> seen_;
};

}  // namespace

LabelSet read_yolo_pose(const fs::path& data) { return Reader(data).read(); }

}  // namespace ph
