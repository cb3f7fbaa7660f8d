#pragma once
#include <ATen/core/Tensor.h>

namespace ph {

// Refinement of heatmap_peaks() by one Newton step on the logarithm of a heatmap, which is a parabola
// where the heatmap is a Gaussian. `log_maps`: N x K x h x w, float32; `xy`: N x K x 2, whole pixels.

/// "unbiased" (Zhang et al., "Distribution-aware coordinate representation for human pose estimation",
/// 2020; mmpose _taylor): second differences two pixels wide. Peaks within two pixels of a border, and
/// those where the curvature is singular, stay.
[[nodiscard]] at::Tensor refine_dark(const at::Tensor& log_maps, const at::Tensor& xy);

/// The same for UDP (Huang et al. 2020; mmpose post_dark_udp): second differences one pixel wide, the edge
/// repeated beyond the border, so that every peak moves. Peaks at (-1, -1), which were not found, stay.
[[nodiscard]] at::Tensor refine_dark_udp(const at::Tensor& log_maps, const at::Tensor& xy);

}  // namespace ph
