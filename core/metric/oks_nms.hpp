#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace ph {

/// A predicted object of one image.
struct ScoredPose {
  std::span<const float> keypoints;  ///< 3 K: x, y, score; pixels
  float area = 0;                    ///< square pixels; mmpose takes that of the padded box
  double score = 0;
};

struct OksNmsOptions {
  double threshold = 0.9;
  /// Only keypoints with a higher score are compared, where given; mmpose's data sets give none.
  std::optional<double> vis_thr;
  /// mmpose 0.x combines the two poses' masks of vis_thr with Python's `and`, which takes the second.
  bool second_mask_only = false;
  std::size_t max_poses = 20;  ///< of soft_oks_nms
};

/// mmpose's oks_iou: mean over keypoints of exp(-d^2 / (2 (2 sigma)^2 a)), a the mean of the two areas; 0 when
/// no keypoint is compared. In single precision where mmpose is.
[[nodiscard]] float oks_overlap(const ScoredPose& first, const ScoredPose& second,
                                const std::vector<double>& sigmas, const OksNmsOptions& options);

/// Indices of the poses that stay, best first: of those that overlap a better one by more than the threshold
/// none does. Of equal scores the later comes first, as in mmpose.
[[nodiscard]] std::vector<std::size_t> oks_nms(std::span<const ScoredPose> poses,
                                               const std::vector<double>& sigmas,
                                               const OksNmsOptions& options);

/// Indices of at most max_poses poses in the order in which they are chosen: always the best, after the scores
/// of all others were multiplied by exp(-overlap^2 / threshold).
[[nodiscard]] std::vector<std::size_t> soft_oks_nms(std::span<const ScoredPose> poses,
                                                    const std::vector<double>& sigmas,
                                                    const OksNmsOptions& options);

}  // namespace ph
