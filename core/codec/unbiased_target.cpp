#include "codec/unbiased_target.hpp"

#include <algorithm>
#include <cmath>

namespace ph {
namespace {

// exp(-(i - at)^2 / (2 sigma^2)) for each pixel of a side: the Gaussian is a product of two of these.
std::vector<float> profile(double at, std::int64_t side, double sigma) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < side; ++i) {
    const double distance = static_cast<double>(i) - at;
    values.push_back(static_cast<float>(std::exp(-distance * distance / (2 * sigma * sigma))));
  }
  return values;
}

}  // namespace

UnbiasedTarget::UnbiasedTarget(const TargetSize& size, double sigma)
    : HeatmapCodec(size.heatmap), stride_(stride_of(size)), sigma_(sigma) {}

void UnbiasedTarget::encode(std::span<const float> joints, std::span<const float> visible,
                            std::span<float> target, std::span<float> weight) const {
  std::fill(target.begin(), target.end(), 0.0F);
  const double reach = 3 * sigma_;
  for (std::size_t k = 0; k < visible.size(); ++k) {
    const std::array<double, 2> at{joints[2 * k] / stride_[0], joints[2 * k + 1] / stride_[1]};
    bool near = true;
    for (std::size_t i = 0; i < 2; ++i) {
      // False for NaN, too.
      near = near && at[i] - reach < static_cast<double>(size_[i]) && at[i] + reach + 1 >= 0;
    }
    weight[k] = near ? visible[k] : 0;
    if (weight[k] <= 0.5F) continue;
    const auto column = profile(at[0], size_[0], sigma_), row = profile(at[1], size_[1], sigma_);
    float* pixel = target.data() + k * plane();
    for (const float y : row) {
      for (const float x : column) *pixel++ = x * y;
    }
  }
}

}  // namespace ph
