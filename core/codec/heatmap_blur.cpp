#include "codec/heatmap_blur.hpp"

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/types.h>

namespace ph {
namespace {

at::Tensor blur_of(std::int64_t side, std::int64_t kernel, BlurBorder border) {
  return at::tensor(blur_matrix(side, kernel, border)).reshape({side, side});
}

}  // namespace

at::Tensor blur_heatmaps(const at::Tensor& heatmaps, std::int64_t kernel, BlurBorder border) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const auto maps = heatmaps.detach().to(at::kFloat);
  const auto across = blur_of(maps.size(3), kernel, border).to(maps.device());
  const auto down = blur_of(maps.size(2), kernel, border).to(maps.device());
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
