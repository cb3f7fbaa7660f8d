#include "codec/heatmap_decode.hpp"

#include <torch/types.h>

#include "codec/heatmap_blur.hpp"

namespace ph {

HeatmapPeaks heatmap_peaks(const at::Tensor& heatmaps) {
  const auto width = heatmaps.size(3);
  const auto [score, index] = heatmaps.detach().to(at::kFloat).flatten(2).max(2);  // N x K
  const auto xy = at::stack({index % width, index.div(width, "floor")}, 2).to(at::kFloat);
  // `score > 0` is false for NaN too.
  return {at::where((score > 0).unsqueeze(2), xy, at::full({}, -1.0F, xy.options())), score};
}

at::Tensor refine_peaks(const at::Tensor& heatmaps, const at::Tensor& xy, BorderRule rule, double further) {
  const auto height = heatmaps.size(2), width = heatmaps.size(3);
  const auto flat = heatmaps.detach().to(at::kFloat).flatten(2);
  const auto x = xy.select(2, 0).to(at::kLong), y = xy.select(2, 1).to(at::kLong);
  const auto at_offset = [&](std::int64_t dx, std::int64_t dy) {
    // Clamped so that peaks at the border, which `room` drops below, read something.
    const auto index = (y + dy).clamp(0, height - 1) * width + (x + dx).clamp(0, width - 1);
    return flat.gather(2, index.unsqueeze(2)).squeeze(2);
  };
  auto room_x = (x > 1).logical_and(x < width - 1), room_y = (y > 1).logical_and(y < height - 1);
  if (rule == BorderRule::both_axes) {
    room_x = room_x.logical_and(room_y);
    room_y = room_x;
  } else {
    const auto on_map_x = (x > 0).logical_and(x < width), on_map_y = (y > 0).logical_and(y < height);
    room_x = room_x.logical_and(on_map_y);
    room_y = room_y.logical_and(on_map_x);
  }
  const auto none = at::zeros({}, flat.options());
  const auto step_x = at::where(room_x, (at_offset(1, 0) - at_offset(-1, 0)).sign() * 0.25 + further, none);
  const auto step_y = at::where(room_y, (at_offset(0, 1) - at_offset(0, -1)).sign() * 0.25 + further, none);
  return xy + at::stack({step_x, step_y}, 2);
}

HeatmapPeaks combined_peaks(const at::Tensor& heatmaps, std::int64_t kernel, double radius,
                            bool blur_offsets) {
  const auto samples = heatmaps.size(0), keypoints = heatmaps.size(1) / 3;
  const auto width = heatmaps.size(3), height = heatmaps.size(2);
  const auto planes = heatmaps.detach().to(at::kFloat).reshape({samples, keypoints, 3, height, width});
  auto [xy, score] = heatmap_peaks(blur_heatmaps(planes.select(2, 0), 2 * kernel + 1, BlurBorder::mirrored));
  // Clamped so that discs that were not found, which are dropped below, read something.
  const auto index = (xy.select(2, 0) + xy.select(2, 1) * width).clamp_min(0).to(at::kLong).unsqueeze(2);
  std::vector<at::Tensor> offsets;
  for (const std::int64_t axis : {1, 2}) {
    auto plane = planes.select(2, axis);
    if (blur_offsets) plane = blur_heatmaps(plane, kernel, BlurBorder::mirrored);
    offsets.push_back(plane.flatten(2).gather(2, index));
  }
  const auto found = score > 0;
  const auto moved = xy + at::cat(offsets, 2) * radius;
  return {at::where(found.unsqueeze(2), moved, xy), score};
}

at::Tensor to_image(const at::Tensor& xy, const at::Tensor& center, const at::Tensor& scale,
                    std::int64_t width, std::int64_t height, PixelCount count) {
  const auto box = scale * 200.0;  // N x 2
  if (count == PixelCount::steps) {
    --width;
    --height;
  }
  const auto along = [&](std::int64_t axis, std::int64_t size) {
    const auto side = box.narrow(1, axis, 1);  // N x 1
    return xy.select(2, axis) * (side / static_cast<double>(size)) + center.narrow(1, axis, 1) - side * 0.5;
  };
  return at::stack({along(0, width), along(1, height)}, 2);
}

}  // namespace ph
