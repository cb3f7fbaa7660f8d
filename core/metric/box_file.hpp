#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace ph {

/// A box that a detector found.
struct DetectedBox {
  std::int64_t image_id = 0, category_id = 0;
  std::array<double, 4> bbox{};  ///< x, y, width, height; sizes above 0
  double score = 0;
};

/// Reads a detector's boxes: [{"image_id", "category_id", "bbox": [x, y, width, height], "score"}, …], such as
/// COCO_val2017_detections_AP_H_56_person.json. Throws Error(data) naming line and box: not a list, an empty
/// list, a member that is missing or no number, a size that is not above 0.
[[nodiscard]] std::vector<DetectedBox> read_box_file(const std::filesystem::path& file);

}  // namespace ph
