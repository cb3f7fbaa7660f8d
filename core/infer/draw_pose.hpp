#pragma once
#include <opencv2/core.hpp>
#include <vector>

#include "infer/pose_style.hpp"

namespace ph {

/// Draws a pose on `picture`, 8-bit BGR: lines of the skeleton below, then points. `keypoints`: x, y, score of each, in
/// pixels, the centre of the top left one being (0, 0). What is outside the picture is cut.
void draw_pose(cv::Mat& picture, const std::vector<float>& keypoints, const PoseStyle& style);

}  // namespace ph
