#pragma once
#include <ATen/core/Tensor.h>

namespace ph {

/// Highest point of each heatmap.
struct HeatmapPeaks {
  at::Tensor xy;     ///< N x K x 2, float32, pixels of the heatmap; (-1, -1) where the score is not above 0
  at::Tensor score;  ///< N x K, float32
};
/// `heatmaps` is N x K x h x w of any floating type. The first maximum in row order wins.
[[nodiscard]] HeatmapPeaks heatmap_peaks(const at::Tensor& heatmaps);

/// How far mmpose's "default" post-processing reaches towards the border: 0.x moves a peak only where
/// both axes leave room, 1.x decides for each axis alone.
enum class BorderRule { both_axes, each_axis };

/// Moves peaks by a quarter pixel towards the higher neighbour on each axis, except within a pixel of
/// the left or upper border, where mmpose does not (1 < x < w - 1).
[[nodiscard]] at::Tensor refine_peaks(const at::Tensor& heatmaps, const at::Tensor& xy, BorderRule rule);

/// Heatmap pixels to image pixels: xy * scale * 200 / (w, h) + center - scale * 100. Rotation of the
/// crop is not undone, as in mmpose: test pipelines do not rotate.
/// `center`, `scale`: N x 2, scale in units of 200 pixels.
[[nodiscard]] at::Tensor to_image(const at::Tensor& xy, const at::Tensor& center, const at::Tensor& scale,
                                  std::int64_t width, std::int64_t height);

}  // namespace ph
