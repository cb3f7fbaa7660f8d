#include "metric/oks_nms.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ph {
namespace {

// Best first, of equals the later one: numpy's ascending order turned round.
void sort_best_first(std::vector<std::size_t>& order, const std::vector<double>& scores) {
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return scores[a] < scores[b]; });
  std::reverse(order.begin(), order.end());
}

std::vector<std::size_t> best_first(std::span<const ScoredPose> poses, std::vector<double>& scores) {
  std::vector<std::size_t> order(poses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (const auto& pose : poses) scores.push_back(pose.score);
  sort_best_first(order, scores);
  return order;
}

}  // namespace

float oks_overlap(const ScoredPose& first, const ScoredPose& second, const std::vector<double>& sigmas,
                  const OksNmsOptions& options) {
  constexpr double spacing = std::numeric_limits<double>::epsilon();
  const double area = static_cast<double>((first.area + second.area) / 2) + spacing;
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t k = 0; k < sigmas.size(); ++k) {
    const float *a = &first.keypoints[3 * k], *b = &second.keypoints[3 * k];
    if (options.vis_thr) {
      const auto threshold = static_cast<float>(*options.vis_thr);
      if (!(b[2] > threshold) || (!options.second_mask_only && !(a[2] > threshold))) continue;
    }
    const float dx = b[0] - a[0], dy = b[1] - a[1];
    const double variance = (sigmas[k] * 2) * (sigmas[k] * 2);
    sum += std::exp(-(static_cast<double>(dx * dx + dy * dy) / variance / area / 2));
    ++count;
  }
  return count == 0 ? 0.0F : static_cast<float>(sum / static_cast<double>(count));
}

std::vector<std::size_t> oks_nms(std::span<const ScoredPose> poses, const std::vector<double>& sigmas,
                                 const OksNmsOptions& options) {
  std::vector<double> scores;
  auto order = best_first(poses, scores);
  const auto threshold = static_cast<float>(options.threshold);
  std::vector<std::size_t> kept;
  while (!order.empty()) {
    const auto best = order.front();
    kept.push_back(best);
    order.erase(order.begin());
    std::erase_if(
        order, [&](auto i) { return !(oks_overlap(poses[best], poses[i], sigmas, options) <= threshold); });
  }
  return kept;
}

std::vector<std::size_t> soft_oks_nms(std::span<const ScoredPose> poses, const std::vector<double>& sigmas,
                                      const OksNmsOptions& options) {
  std::vector<double> scores;
  auto order = best_first(poses, scores);
  std::vector<std::size_t> kept;
  while (!order.empty() && kept.size() < options.max_poses) {
    const auto best = order.front();
    kept.push_back(best);
    order.erase(order.begin());
    for (const auto i : order) {
      const auto overlap = static_cast<double>(oks_overlap(poses[best], poses[i], sigmas, options));
      scores[i] *= std::exp(-overlap * overlap / options.threshold);
    }
    sort_best_first(order, scores);
  }
  return kept;
}

}  // namespace ph
