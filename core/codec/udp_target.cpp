#include "codec/udp_target.hpp"

#include "codec/heatmap_patch.hpp"

namespace ph {

std::array<double, 2> udp_stride(const TargetSize& size) {
  return {static_cast<double>(size.crop[0] - 1) / static_cast<double>(size.heatmap[0] - 1),
          static_cast<double>(size.crop[1] - 1) / static_cast<double>(size.heatmap[1] - 1)};
}

UdpTarget::UdpTarget(const TargetSize& size, double sigma)
    : HeatmapCodec(size.heatmap), stride_(udp_stride(size)), sigma_(sigma) {}

void UdpTarget::encode(std::span<const float> joints, std::span<const float> visible, std::span<float> target,
                       std::span<float> weight) const {
  std::fill(target.begin(), target.end(), 0.0F);
  const double reach = 3 * sigma_, middle = std::floor((2 * reach + 1) / 2);
  const auto side = static_cast<std::int64_t>(std::ceil(2 * reach + 1));
  for (std::size_t k = 0; k < visible.size(); ++k) {
    const std::array<double, 2> at{joints[2 * k] / stride_[0], joints[2 * k + 1] / stride_[1]};
    const auto patch = HeatmapPatch::around(at, reach, size_);
    weight[k] = patch ? visible[k] : 0;
    if (weight[k] <= 0.5F) continue;
    // The Gaussian's centre, counted from the patch's first pixel. For a broken sigma, and for patches
    // that begin left of or above the heatmap, that is mmpose's place for it, not quite the keypoint's.
    std::array<float, 2> centre{};
    for (std::size_t i = 0; i < 2; ++i)
      centre[i] = static_cast<float>(middle + at[i] - static_cast<double>(patch->centre[i]));
    for (std::int64_t y = patch->first(1); y < patch->last(1, size_[1], side); ++y) {
      const float dy = static_cast<float>(y - patch->low[1]) - centre[1];
      float* const row = target.data() + k * plane() + static_cast<std::size_t>(y * size_[0]);
      for (std::int64_t x = patch->first(0); x < patch->last(0, size_[0], side); ++x) {
        const float dx = static_cast<float>(x - patch->low[0]) - centre[0];
        row[x] = std::exp(-(dx * dx + dy * dy) / static_cast<float>(2 * sigma_ * sigma_));
      }
    }
  }
}

}  // namespace ph
