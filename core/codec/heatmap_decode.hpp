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
/// the left or upper border, where mmpose does not (1 < x < w - 1). Peaks that may move go `further` right
/// and down by so many pixels.
[[nodiscard]] at::Tensor refine_peaks(const at::Tensor& heatmaps, const at::Tensor& xy, BorderRule rule,
                                      double further = 0);

/// Peaks of maps of CombinedTarget, N x 3 K x h x w: the highest point of each disc's map plus the offset
/// read there, times `radius` (heatmap pixels). As mmpose, the discs are blurred with 2 `kernel` + 1 pixels
/// first and, with `blur_offsets` (0.x, not 1.x), the offsets with `kernel`. Scores are those of the blurred
/// discs.
[[nodiscard]] HeatmapPeaks combined_peaks(const at::Tensor& heatmaps, std::int64_t kernel, double radius,
                                          bool blur_offsets);

/// How many steps a crop's side is cut into by n pixels of a heatmap: n, or n - 1 in UDP.
enum class PixelCount { pixels, steps };

/// Heatmap pixels to image pixels: xy * scale * 200 / (w, h) + center - scale * 100. Rotation of the
/// crop is not undone, as in mmpose: test pipelines do not rotate.
/// `center`, `scale`: N x 2, scale in units of 200 pixels.
[[nodiscard]] at::Tensor to_image(const at::Tensor& xy, const at::Tensor& center, const at::Tensor& scale,
                                  std::int64_t width, std::int64_t height,
                                  PixelCount count = PixelCount::pixels);

}  // namespace ph
