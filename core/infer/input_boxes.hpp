#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ph {

/// A box to look for keypoints in.
struct InputBox {
  std::array<double, 4> bbox{};  ///< x, y, width, height; sizes above 0
  double score = 1;
};

/// Boxes for images and frames of videos, of one file: a COCO annotation file (crowds are left out), or a list of {"image_id" or
/// "file_name", "bbox", "score"}, as detectors write it.
class InputBoxes {
 public:
  /// Throws Error(data): neither of the two, no boxes, a box without place, not four numbers, no area.
  [[nodiscard]] static InputBoxes read(const std::filesystem::path& file);

  /// Of an image: by its name as the file has it (whole, or the last parts of its path), else by the number that its stem ends in
  /// ("000000000139.jpg"). `id` becomes the file's number for it, where it has one.
  [[nodiscard]] const std::vector<InputBox>& of_image(const std::filesystem::path& path,
                                                      std::int64_t& id) const;
  /// Of frame `index`, counted from 0, which is its image_id.
  [[nodiscard]] const std::vector<InputBox>& of_frame(std::int64_t index) const;

 private:
  std::map<std::string, std::int64_t> ids_;  // by file name
  std::map<std::int64_t, std::vector<InputBox>> by_id_;
  std::map<std::string, std::vector<InputBox>> by_name_;
};

}  // namespace ph
