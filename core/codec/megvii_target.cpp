#include "codec/megvii_target.hpp"

#include <algorithm>
#include <cmath>

#include "codec/gaussian_kernel.hpp"

namespace ph {
namespace {

// A line of `side` pixels, 1 at `at`, blurred; what the kernel throws over an end comes back mirrored.
std::vector<float> blurred_pixel(std::int64_t at, std::int64_t side, const std::vector<float>& kernel) {
  std::vector<float> line(static_cast<std::size_t>(side));
  const auto reach = static_cast<std::int64_t>(kernel.size()) / 2;
  for (std::int64_t i = 0; i < side; ++i) {
    for (std::int64_t d = -reach; d <= reach; ++d) {
      if (mirrored_index(i + d, side) == at)
        line[static_cast<std::size_t>(i)] += kernel[static_cast<std::size_t>(d + reach)];
    }
  }
  return line;
}

}  // namespace

MegviiTarget::MegviiTarget(const TargetSize& size, std::array<std::int64_t, 2> kernel)
    : HeatmapCodec(size.heatmap),
      stride_(stride_of(size)),
      kernel_{gaussian_kernel(kernel[0]), gaussian_kernel(kernel[1])} {}

void MegviiTarget::encode(std::span<const float> joints, std::span<const float> visible,
                          std::span<float> target, std::span<float> weight) const {
  std::fill(target.begin(), target.end(), 0.0F);
  for (std::size_t k = 0; k < visible.size(); ++k) {
    // Cut off, not rounded: what lies less than a pixel left of the heatmap counts as its first column.
    const double x = std::trunc(joints[2 * k] / stride_[0]), y = std::trunc(joints[2 * k + 1] / stride_[1]);
    const bool inside =
        x >= 0 && x < static_cast<double>(size_[0]) && y >= 0 && y < static_cast<double>(size_[1]);
    weight[k] = inside ? visible[k] : 0;
    if (weight[k] <= 0.5F) continue;
    const auto column = static_cast<std::int64_t>(x), row = static_cast<std::int64_t>(y);
    const auto across = blurred_pixel(column, size_[0], kernel_[0]),
               down = blurred_pixel(row, size_[1], kernel_[1]);
    const float top = across[static_cast<std::size_t>(column)] * down[static_cast<std::size_t>(row)] / 255.0F;
    float* pixel = target.data() + k * plane();
    for (const float of_row : down) {
      for (const float of_column : across) *pixel++ = of_column * of_row / top;
    }
  }
}

}  // namespace ph
