#include "model/accuracy.hpp"

#include <torch/utils.h>

#include "codec/heatmap_decode.hpp"

namespace ph {
namespace {

// Share of distances (N x K) below `thr` where `counts`, averaged over joints where any counts.
at::Tensor mean_share(const at::Tensor& distance, const at::Tensor& counts, double thr) {
  const auto hits = (distance < static_cast<float>(thr)).logical_and(counts).sum(0).to(at::kDouble);
  const auto total = counts.sum(0).to(at::kDouble);  // K
  const auto share = hits / total.clamp_min(1);      // 0 for a joint without targets
  return (share.sum() / (total > 0).sum().clamp_min(1)).to(at::kFloat);
}

}  // namespace

at::Tensor heatmap_pck(const at::Tensor& output, const at::Tensor& target, const at::Tensor& target_weight,
                       double thr, bool swapped_norm) {
  torch::NoGradGuard no_grad;
  const auto height = static_cast<double>(output.size(2)), width = static_cast<double>(output.size(3));
  // Divided in double and compared in single precision, like numpy does it in mmpose: a distance of
  // exactly `thr` must not count.
  const auto offset = (heatmap_peaks(output).xy - heatmap_peaks(target).xy).to(at::kDouble);
  const auto dx = offset.select(2, 0) / (swapped_norm ? height : width);
  const auto dy = offset.select(2, 1) / (swapped_norm ? width : height);
  const auto distance = (dx.square() + dy.square()).sqrt().to(at::kFloat);  // N x K
  return mean_share(distance, target_weight.squeeze(2) > 0, thr);
}

at::Tensor coordinate_pck(const at::Tensor& output, const at::Tensor& target, const at::Tensor& target_weight,
                          double thr) {
  torch::NoGradGuard no_grad;
  const auto distance = (output.to(at::kFloat) - target).square().sum(2).sqrt();
  return mean_share(distance, target_weight.select(2, 0) > 0, thr);
}

}  // namespace ph
