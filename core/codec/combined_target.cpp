#include "codec/combined_target.hpp"

#include <algorithm>
#include <cmath>

#include "codec/udp_target.hpp"

namespace ph {

double CombinedTarget::radius_of(double factor, std::int64_t width, std::int64_t height,
                                 bool of_longer_side) {
  return factor * static_cast<double>(of_longer_side ? std::max(width, height) : height);
}

CombinedTarget::CombinedTarget(const TargetSize& size, double radius, bool everywhere)
    : size_(size), stride_(udp_stride(size)), radius_(radius), everywhere_(everywhere) {}

TargetShapes CombinedTarget::shapes(std::int64_t keypoints) const {
  return {{3 * keypoints, size_.heatmap[1], size_.heatmap[0]}, {keypoints, 1}};
}

void CombinedTarget::encode(std::span<const float> joints, std::span<const float> visible,
                            std::span<float> target, std::span<float> weight) const {
  std::fill(target.begin(), target.end(), 0.0F);
  const auto [width, height] = size_.heatmap;
  const auto plane = static_cast<std::size_t>(width * height);
  for (std::size_t k = 0; k < visible.size(); ++k) {
    weight[k] = visible[k];
    const double at_x = joints[2 * k] / stride_[0], at_y = joints[2 * k + 1] / stride_[1];
    if (weight[k] <= 0.5F || !std::isfinite(at_x) || !std::isfinite(at_y)) continue;
    float* const disc = target.data() + 3 * k * plane;
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        const double dx = (at_x - static_cast<double>(x)) / radius_;
        const double dy = (at_y - static_cast<double>(y)) / radius_;
        const bool inside = dx * dx + dy * dy <= 1;
        if (!inside && !everywhere_) continue;
        const auto pixel = static_cast<std::size_t>(y * width + x);
        disc[pixel] = inside ? 1.0F : 0.0F;
        disc[plane + pixel] = static_cast<float>(dx);
        disc[2 * plane + pixel] = static_cast<float>(dy);
      }
    }
  }
}

}  // namespace ph
