#pragma once
#include <filesystem>
#include <string>

#include "data/coco_instances.hpp"

namespace ph {

/// Reads the JSON files in which mmpose (and HRNet before it) has MPII: a list of {"image", "center", "scale", "joints" [[x, y], …],
/// "joints_vis" [0 or 1, …]}, pixels counted from 1. The box is the square around the centre, moved down by 15 times the scale, whose
/// side is 200 times the scale. The sizes of the images are not in it: 0.
///
/// For PCKh an entry may have "head_size" (0.6 of the diagonal of the head's box, pixels) or "headbox" [x1, y1, x2, y2], else they come
/// from mpii_gt_val.mat beside the file, where that is there and of as many people.
///
/// Throws Error(data) naming file and entry. `folder` holds the images, `count` is the number of keypoints.
[[nodiscard]] CocoInstances read_mpii_file(const std::filesystem::path& file, const std::string& folder,
                                           std::size_t count);

}  // namespace ph
