#include "codec/heatmap_blur.hpp"

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/types.h>

#include "codec/gaussian_kernel.hpp"

namespace ph {
namespace {

// The blur of a line of `side` pixels as a matrix: row i says what pixel i is made of.
at::Tensor blur_matrix(std::int64_t side, const std::vector<float>& kernel, BlurBorder border) {
  auto matrix = at::zeros({side, side}, at::kFloat);
  auto* values = matrix.data_ptr<float>();
  const auto reach = static_cast<std::int64_t>(kernel.size()) / 2;
  for (std::int64_t i = 0; i < side; ++i) {
    for (std::int64_t d = -reach; d <= reach; ++d) {
      auto from = i + d;
      if (border == BlurBorder::mirrored) from = mirrored_index(from, side);
      if (from >= 0 && from < side) values[i * side + from] += kernel[static_cast<std::size_t>(d + reach)];
    }
  }
  return matrix;
}

}  // namespace

at::Tensor blur_heatmaps(const at::Tensor& heatmaps, std::int64_t kernel, BlurBorder border) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const auto weights = gaussian_kernel(kernel);
  const auto maps = heatmaps.detach().to(at::kFloat);
  const auto across = blur_matrix(maps.size(3), weights, border).to(maps.device());
  const auto down = blur_matrix(maps.size(2), weights, border).to(maps.device());
  return down.matmul(maps).matmul(across.t());
}

at::Tensor modulate_heatmaps(const at::Tensor& heatmaps, std::int64_t kernel) {
  const auto blurred = blur_heatmaps(heatmaps, kernel, BlurBorder::zero);
  const auto before = heatmaps.detach().to(at::kFloat).amax({2, 3}, /*keepdim=*/true);
  const auto after = blurred.amax({2, 3}, /*keepdim=*/true);
  // An empty heatmap stays empty.
  return blurred * at::where(after == 0, at::zeros_like(after), before / after);
}

}  // namespace ph
