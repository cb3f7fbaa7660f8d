#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "codec/blur_matrix.hpp"

namespace ph {

/// OpenCV's Gaussian blur of `kernel` x `kernel` pixels (odd; deviation left to OpenCV) of every heatmap of
/// N x K x h x w. Computed where the heatmaps are, in float32, whatever autocast would have.
[[nodiscard]] at::Tensor blur_heatmaps(const at::Tensor& heatmaps, std::int64_t kernel, BlurBorder border);

/// mmpose's modulation: blurred with zeros beyond the border, then scaled to the maximum it had before.
[[nodiscard]] at::Tensor modulate_heatmaps(const at::Tensor& heatmaps, std::int64_t kernel);

}  // namespace ph
