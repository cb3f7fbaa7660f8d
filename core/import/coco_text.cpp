#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "import/init_project.hpp"

namespace ph {
namespace {

// Hundredths of a pixel; whole numbers stay short.
double rounded(double value) { return std::round(value * 100) / 100; }

std::string row(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string list(const char* name, const std::vector<std::string>& rows) {
  std::string text = "\"" + std::string(name) + "\": [\n";
  for (std::size_t i = 0; i < rows.size(); ++i) text += rows[i] + (i + 1 < rows.size() ? ",\n" : "\n");
  return text + "]";
}

Json annotation(const LabelledObject& object, std::size_t id) {
  Json points = Json::array();
  int labelled = 0;
  for (const auto& point : object.points) {
    points.push_back(rounded(point.x));
    points.push_back(rounded(point.y));
    points.push_back(point.v);
    labelled += point.v > 0 ? 1 : 0;
  }
  Json box = Json::array();
  for (const double side : *object.box) box.push_back(rounded(side));
  return {{"id", id},
          {"image_id", object.image + 1},
          {"category_id", 1},
          {"keypoints", points},
          {"num_keypoints", labelled},
          {"bbox", box},
          {"area", rounded(*object.area)},
          {"iscrowd", 0}};
}

}  // namespace

std::string coco_text(const LabelSet& labels, const std::vector<bool>& val, bool side) {
  std::vector<std::string> images, annotations;
  for (std::size_t i = 0; i < labels.images.size(); ++i) {
    const auto& image = labels.images[i];
    if (val[i] == side)
      images.push_back(
          row({{"id", i + 1}, {"file_name", image.name}, {"width", image.width}, {"height", image.height}}));
  }
  for (std::size_t i = 0; i < labels.objects.size(); ++i) {
    if (val[labels.objects[i].image] == side)
      annotations.push_back(row(annotation(labels.objects[i], i + 1)));
  }
  Json skeleton = Json::array();
  for (const auto& [a, b] : labels.skeleton) skeleton.push_back(Json::array({a + 1, b + 1}));
  const Json category{{"id", 1},
                      {"name", labels.category},
                      {"keypoints", labels.keypoints},
                      {"skeleton", skeleton},
                      {"sigmas", labels.sigmas}};
  return "{\n" + list("categories", {row(category)}) + ",\n" + list("images", images) + ",\n" +
         list("annotations", annotations) + "\n}\n";
}

}  // namespace ph
