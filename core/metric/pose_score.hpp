#pragma once
#include <span>

namespace ph {

/// How a predicted object is scored, for the order in which COCO counts objects. mmpose 1.x's score_mode;
/// 0.x knows bbox_keypoint, and bbox_rle as rle_score.
enum class ScoreMode {
  bbox,           ///< the box's score
  bbox_keypoint,  ///< times the mean of the keypoints' scores above a threshold; 0 when none is
  keypoint,       ///< mean of the keypoints' scores
  bbox_rle,       ///< the box's score + mean + maximum of the keypoints' scores
};

/// `keypoints`: x, y, score of each. `vis_thr` is for bbox_keypoint.
[[nodiscard]] double pose_score(ScoreMode mode, double bbox_score, std::span<const float> keypoints,
                                double vis_thr);

}  // namespace ph
