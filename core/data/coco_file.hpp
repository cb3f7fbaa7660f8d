#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset_info.hpp"
#include "data/dataset_rules.hpp"

namespace ph {

struct CocoImage {
  std::int64_t id = 0, width = 0, height = 0;
  std::string file_name;  ///< relative, stays below the image folder
};

struct CocoAnnotation {
  std::int64_t id = 0;
  std::size_t image = 0;  ///< index into CocoFile::images
  bool crowd = false;
  std::optional<std::array<double, 4>> bbox;  ///< x, y, width, height; width and height at least 0
  std::optional<double> area;
  std::vector<float> keypoints;  ///< 3 per keypoint: x, y, v; empty when the annotation has none
  std::optional<std::int64_t> num_keypoints;
  double head_size = 0, box_size = 0;  ///< normalisers of some data sets; 0: not given
  /// The square that "center" and "scale" of some data sets describe; read where the rules ask for it.
  std::optional<std::array<double, 4>> square;
};

/// An annotation file in COCO's keypoint format, every number in it checked. Segmentations are skipped. An entry of the file with
/// several sets of points (DatasetRules) is as many annotations.
struct CocoFile {
  std::string name;  ///< as given, for messages
  std::vector<CocoImage> images;
  std::vector<CocoAnnotation> annotations;
  std::vector<std::int64_t> keypoint_categories;  ///< ids of those with keypoints; of all when none has
  std::optional<DatasetInfo> category_info;       ///< from the first category with keypoints
};

/// Throws Error(data) naming file and annotation: no JSON (NaN is none), no images, annotations or
/// categories, an empty list, a wrong type, a number that is not finite, negative sizes, duplicate ids, an
/// unknown image or category, a file name that leaves the image folder.
[[nodiscard]] CocoFile read_coco_file(const std::filesystem::path& file, const DatasetRules& rules = {});

}  // namespace ph
