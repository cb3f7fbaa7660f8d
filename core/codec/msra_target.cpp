#include "codec/msra_target.hpp"

#include "codec/heatmap_patch.hpp"

namespace ph {

MsraTarget::MsraTarget(std::array<std::int64_t, 2> image_size, std::array<std::int64_t, 2> heatmap_size,
                       double sigma)
    : HeatmapCodec(heatmap_size),
      stride_(stride_of({image_size, heatmap_size})),
      reach_(3 * sigma),
      patch_side_(static_cast<std::int64_t>(std::ceil(2 * reach_ + 1))) {
  // 2 reach + 1 pixels, from 0 on; for a broken sigma such as 1.5 that is 10, with its centre at 5.
  const auto middle = static_cast<float>(std::floor((2 * reach_ + 1) / 2));
  const auto spread = static_cast<float>(2 * sigma * sigma);
  for (std::int64_t y = 0; y < patch_side_; ++y) {
    for (std::int64_t x = 0; x < patch_side_; ++x) {
      const float dx = static_cast<float>(x) - middle, dy = static_cast<float>(y) - middle;
      patch_.push_back(std::exp(-(dx * dx + dy * dy) / spread));
    }
  }
}

void MsraTarget::encode(std::span<const float> joints, std::span<const float> visible,
                        std::span<float> target, std::span<float> weight) const {
  std::fill(target.begin(), target.end(), 0.0F);
  for (std::size_t k = 0; k < visible.size(); ++k) {
    const auto patch =
        HeatmapPatch::around({joints[2 * k] / stride_[0], joints[2 * k + 1] / stride_[1]}, reach_, size_);
    weight[k] = patch ? visible[k] : 0;
    if (weight[k] <= 0.5F) continue;
    float* const heatmap = target.data() + k * plane();
    const std::int64_t left = patch->first(0), right = patch->last(0, size_[0], patch_side_);
    if (left >= right) continue;
    for (std::int64_t y = patch->first(1); y < patch->last(1, size_[1], patch_side_); ++y) {
      const float* from = patch_.data() + (y - patch->low[1]) * patch_side_ + (left - patch->low[0]);
      std::copy(from, from + (right - left), heatmap + y * size_[0] + left);
    }
  }
}

}  // namespace ph
