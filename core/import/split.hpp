#pragma once
#include <string>
#include <vector>

#include "import/label_set.hpp"

namespace ph {

/// How pictures come to be training or validation.
enum class SplitBy {
  given,   ///< as the data says ("train", "val")
  video,   ///< whole videos: a folder's pictures whose names differ in their last number only
  folder,  ///< whole folders
  random,  ///< single pictures
};

struct Split {
  SplitBy by = SplitBy::video;
  std::vector<bool> val;   ///< of each image
  std::size_t groups = 0;  ///< videos or folders that there are
  bool one_group = false;  ///< there is only one: its last pictures, by name, are validation
};

/// Names of the groups that pictures belong to, by `by`: "clips/a/img" for clips/a/img0001.png.
[[nodiscard]] std::string group_of(const std::string& image, SplitBy by);

/// Divides `images` so that about `share` (0 to 1, not included) of them are validation, and at least one on each side. Whole groups go to
/// one side; which, depends on their names alone, so that equal data gives equal sides. Throws Error(data) for fewer than two images.
[[nodiscard]] Split split_images(const std::vector<LabelledImage>& images, double share, SplitBy by);

}  // namespace ph
