#pragma once
#include <string>
#include <vector>

#include "data/coco_file.hpp"
#include "data/instance.hpp"
#include "metric/box_file.hpp"

namespace ph {

/// Instances that are a detector's boxes, in the file's order, as mmpose's TopDownCocoDataset takes them: not cut
/// to the image, nothing labelled. Boxes of a score below `threshold` and of categories without keypoints are
/// left out, which a line in `report` counts. Throws Error(data): a box in an image that `file` does not have,
/// no box left.
[[nodiscard]] std::vector<Instance> instances_of_boxes(const std::vector<DetectedBox>& boxes,
                                                       const CocoFile& file, const std::string& folder,
                                                       std::size_t keypoints, double threshold,
                                                       std::vector<std::string>& report);

}  // namespace ph
