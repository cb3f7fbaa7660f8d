#include "metric/pose_score.hpp"

#include <algorithm>
#include <cstddef>

namespace ph {

double pose_score(ScoreMode mode, double bbox_score, std::span<const float> keypoints, double vis_thr) {
  const std::size_t all = keypoints.size() / 3;
  if (mode == ScoreMode::bbox || all == 0) return bbox_score;
  double sum = 0, largest = static_cast<double>(keypoints[2]), seen_sum = 0;
  std::size_t seen = 0;
  for (std::size_t i = 2; i < keypoints.size(); i += 3) {
    const auto score = static_cast<double>(keypoints[i]);
    sum += score;
    largest = std::max(largest, score);
    if (!(score > vis_thr)) continue;
    seen_sum += score;
    ++seen;
  }
  const double mean = sum / static_cast<double>(all);
  if (mode == ScoreMode::keypoint) return mean;
  if (mode == ScoreMode::bbox_rle) return bbox_score + mean + largest;
  return seen == 0 ? 0 : bbox_score * (seen_sum / static_cast<double>(seen));
}

}  // namespace ph
