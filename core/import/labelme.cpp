// LabelMe: a JSON file a picture, {"imagePath", "imageWidth", "imageHeight", "shapes": [{"label", "points", "group_id", "shape_type"}]}.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "config/node.hpp"
#include "config/strict_json.hpp"
#include "import/image_finder.hpp"
#include "import/readers.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

struct Shape {
  std::string label, type, group;
  bool hidden = false;
  std::vector<std::array<double, 2>> points;
};

struct Page {
  fs::path file;
  std::string picture;
  std::vector<Shape> shapes;
};

// "description": "occluded" and flags such as {"occluded": true} are what people use for hidden points.
bool says_hidden(const Json& shape) {
  const auto is = [](std::string word) {
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
    return word == "occluded" || word == "hidden" || word == "invisible";
  };
  if (shape.contains("description") && shape["description"].is_string() &&
      is(shape["description"].get<std::string>()))
    return true;
  if (!shape.contains("flags") || !shape["flags"].is_object()) return false;
  for (const auto& [name, set] : shape["flags"].items()) {
    if (set == true && is(name)) return true;
  }
  return false;
}

Shape read_shape(const Json& json, const std::string& where) {
  const auto wrong = [&](const std::string& what) {
    return Error(ErrorKind::data, where + ": a shape is wrong", json.dump().substr(0, 80), what);
  };
  if (!json.is_object() || !json.contains("label") || !json["label"].is_string())
    throw wrong("\"label\": a name");
  if (!json.contains("points") || !json["points"].is_array()) throw wrong("\"points\": a list of [x, y]");
  Shape shape;
  shape.label = json["label"].get<std::string>();
  shape.type = json.contains("shape_type") && json["shape_type"].is_string()
                   ? json["shape_type"].get<std::string>()
                   : "polygon";
  if (json.contains("group_id") && !json["group_id"].is_null()) shape.group = json["group_id"].dump();
  shape.hidden = says_hidden(json);
  for (const auto& point : json["points"]) {
    if (!point.is_array() || point.size() < 2 || !point[0].is_number() || !point[1].is_number())
      throw wrong("points [x, y]");
    shape.points.push_back({point[0].get<double>(), point[1].get<double>()});
  }
  if (shape.type == "point" && shape.points.size() != 1) throw wrong("one [x, y] for a point");
  return shape;
}

// Files that are no LabelMe pages (settings of other programs) are nothing.
std::optional<Page> read_page(const fs::path& file) {
  Json json;
  try {
    json = parse_strict_json<Json>(read_label_text(file));
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorKind::data, file.string() + ": not JSON", error.what(), "a file of LabelMe",
                "move it away, or label it again");
  }
  if (!json.is_object() || !json.contains("shapes") || !json["shapes"].is_array()) return std::nullopt;
  Page page{file, {}, {}};
  if (json.contains("imagePath") && json["imagePath"].is_string())
    page.picture = json["imagePath"].get<std::string>();
  for (std::size_t i = 0; i < json["shapes"].size(); ++i)
    page.shapes.push_back(read_shape(json["shapes"][i], file.string() + ": shape " + std::to_string(i)));
  return page;
}

class Reader {
 public:
  explicit Reader(const fs::path& data) : data_(data) {
    labels_.format = "LabelMe";
    labels_.root = folder_of(data);
  }

  LabelSet read() {
    std::vector<Page> pages;
    std::error_code failed;
    const auto files =
        fs::is_directory(data_, failed) ? files_below(labels_.root) : std::vector{fs::canonical(data_)};
    for (const auto& file : files) {
      if (file.extension() != ".json") continue;
      if (auto page = read_page(file)) pages.push_back(std::move(*page));
    }
    if (pages.empty())
      throw Error(ErrorKind::data, data_.string() + ": no labels of LabelMe", "no JSON file with \"shapes\"",
                  "LabelMe's JSON files beside their pictures",
                  "another --format, or the folder that LabelMe saved into");
    learn_names(pages);
    ImageFinder finder(labels_.root);
    for (const auto& page : pages) add_page(page, finder);
    return std::move(labels_);
  }

 private:
  // labels.txt (which LabelMe is started with) says an order; else the picture with most points begins.
  void learn_names(const std::vector<Page>& pages) {
    std::set<std::string> used;
    for (const auto& page : pages) {
      for (const auto& shape : page.shapes) {
        if (shape.type == "point") used.insert(shape.label);
      }
    }
    check_keypoint_count(used.size(), data_.string());
    const auto add = [&](const std::string& name) {
      if (used.erase(name) > 0) labels_.keypoints.push_back(name);
    };
    std::error_code failed;
    if (fs::is_regular_file(labels_.root / "labels.txt", failed)) {
      std::istringstream lines(read_label_text(labels_.root / "labels.txt"));
      for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        add(line);
      }
    }
    std::vector<const Page*> by_points;
    for (const auto& page : pages) by_points.push_back(&page);
    std::stable_sort(by_points.begin(), by_points.end(),
                     [](const Page* a, const Page* b) { return a->shapes.size() > b->shapes.size(); });
    for (const auto* page : by_points) {
      for (const auto& shape : page->shapes) add(shape.label);
    }
  }

  void add_page(const Page& page, ImageFinder& finder) {
    const auto folder = path_below(labels_.root, page.file.parent_path()).value_or("");
    std::string why;
    auto picture = page.picture.empty() ? std::nullopt : finder.find(page.picture, {folder}, why);
    if (!picture) {  // renamed together: page.json beside page.png
      for (const char* suffix : {".jpg", ".png", ".jpeg", ".JPG", ".PNG", ".bmp", ".tif", ".tiff", ".webp"}) {
        std::string ignored;
        std::error_code failed;
        const auto beside = fs::path(page.file).replace_extension(suffix);
        if (fs::is_regular_file(beside, failed)) picture = path_below(labels_.root, beside);
        if (picture) break;
      }
    }
    if (!picture)
      return labels_.left_out.add(why.empty() ? "pictures that are missing" : why,
                                  page.picture + " of " + page.file.string());
    if (!seen_.insert(*picture).second)
      return labels_.left_out.add("further files for a picture", page.file.string());
    labels_.images.push_back({*picture, 0, 0, {}});
    add_objects(page);
  }

  void add_objects(const Page& page) {
    std::map<std::string, LabelledObject> by_group;
    std::map<std::string, std::array<double, 4>> boxes;
    for (const auto& shape : page.shapes) {
      if (shape.type == "rectangle" && shape.points.size() == 2) {
        const auto [a, b] = std::pair(shape.points[0], shape.points[1]);
        boxes[shape.group] = {std::min(a[0], b[0]), std::min(a[1], b[1]), std::abs(a[0] - b[0]),
                              std::abs(a[1] - b[1])};
        continue;
      }
      if (shape.type != "point") {
        labels_.left_out.add("shapes that are neither point nor rectangle",
                             page.file.string() + ", " + shape.label);
        continue;
      }
      auto& object = by_group[shape.group];
      object.points.resize(labels_.keypoints.size());
      const auto k = static_cast<std::size_t>(
          std::find(labels_.keypoints.begin(), labels_.keypoints.end(), shape.label) -
          labels_.keypoints.begin());
      if (object.points[k].v != 0) {
        labels_.left_out.add("second points of a name (objects need a group_id each)",
                             page.file.string() + ", " + shape.label);
        continue;
      }
      object.points[k] = {shape.points[0][0], shape.points[0][1], shape.hidden ? 1 : 2};
    }
    for (auto& [group, object] : by_group) {
      object.image = labels_.images.size() - 1;
      if (const auto box = boxes.find(group); box != boxes.end()) object.box = box->second;
      labels_.objects.push_back(std::move(object));
    }
  }

  fs::path data_;
  LabelSet labels_;
  std::set<std::string> seen_;
};

}  // namespace

LabelSet read_labelme(const fs::path& data) { return Reader(data).read(); }

}  // namespace ph
