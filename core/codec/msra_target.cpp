#include "codec/msra_target.hpp"

#include <algorithm>
#include <cmath>

namespace ph {
namespace {

// Beyond this a keypoint is far outside of any heatmap, and a conversion to int would be undefined.
constexpr double far_away = 1e9;

}  // namespace

MsraTarget::MsraTarget(std::array<std::int64_t, 2> image_size, std::array<std::int64_t, 2> heatmap_size,
                       double sigma)
    : stride_{static_cast<double>(image_size[0]) / static_cast<double>(heatmap_size[0]),
              static_cast<double>(image_size[1]) / static_cast<double>(heatmap_size[1])},
      size_(heatmap_size),
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

std::size_t MsraTarget::plane() const noexcept { return static_cast<std::size_t>(size_[0] * size_[1]); }

void MsraTarget::encode(std::span<const float> joints, std::span<const float> visible,
                        std::span<float> target, std::span<float> weight) const {
  std::fill(target.begin(), target.end(), 0.0F);
  for (std::size_t k = 0; k < visible.size(); ++k) {
    weight[k] = visible[k];
    std::array<std::int64_t, 2> low{}, high{};  // the patch in the heatmap; high is one past the end
    bool outside = false;
    for (std::size_t i = 0; i < 2 && !outside; ++i) {
      const double at = joints[2 * k + i] / stride_[i] + 0.5;
      outside = !(std::abs(at) < far_away);
      if (outside) break;
      // Truncation, not floor: mmpose's int().
      const auto centre = static_cast<double>(static_cast<std::int64_t>(at));
      low[i] = static_cast<std::int64_t>(centre - reach_);
      high[i] = static_cast<std::int64_t>(centre + reach_ + 1);
      outside = low[i] >= size_[i] || high[i] < 0;
    }
    if (outside) weight[k] = 0;
    if (weight[k] > 0.5F) draw(low, high, target.subspan(k * plane(), plane()));
  }
}

void MsraTarget::draw(std::array<std::int64_t, 2> low, std::array<std::int64_t, 2> high,
                      std::span<float> heatmap) const {
  const std::int64_t left = std::max<std::int64_t>(0, low[0]), top = std::max<std::int64_t>(0, low[1]);
  const std::int64_t right = std::min({high[0], size_[0], low[0] + patch_side_});
  const std::int64_t bottom = std::min({high[1], size_[1], low[1] + patch_side_});
  if (left >= right) return;
  for (std::int64_t y = top; y < bottom; ++y) {
    const float* from = patch_.data() + (y - low[1]) * patch_side_ + (left - low[0]);
    std::copy(from, from + (right - left), heatmap.data() + y * size_[0] + left);
  }
}

}  // namespace ph
