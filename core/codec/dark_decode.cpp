#include "codec/dark_decode.hpp"

#include <torch/types.h>

#include <limits>

namespace ph {
namespace {

// Reads heatmaps around the peaks; beyond the border it finds the border's own pixel.
class Around {
 public:
  Around(const at::Tensor& maps, const at::Tensor& xy)
      : width_(maps.size(3)),
        height_(maps.size(2)),
        flat_(maps.flatten(2)),
        x_(xy.select(2, 0).to(at::kLong)),
        y_(xy.select(2, 1).to(at::kLong)) {}

  // N x K values, double from here on: a singular curvature is judged by its determinant.
  at::Tensor operator()(std::int64_t dx, std::int64_t dy) const {
    const auto index = (y_ + dy).clamp(0, height_ - 1) * width_ + (x_ + dx).clamp(0, width_ - 1);
    return flat_.gather(2, index.unsqueeze(2)).squeeze(2).to(at::kDouble);
  }
  /// Peaks with more than `margin` pixels on every side.
  at::Tensor with_room(std::int64_t margin) const {
    return (x_ >= margin)
        .logical_and(x_ < width_ - margin)
        .logical_and(y_ >= margin)
        .logical_and(y_ < height_ - margin);
  }

 private:
  std::int64_t width_, height_;
  at::Tensor flat_, x_, y_;
};

// -H^-1 g for symmetric 2 x 2 matrices, 0 where `usable` is not. N x K x 2.
at::Tensor newton_step(const at::Tensor& gx, const at::Tensor& gy, const at::Tensor& xx, const at::Tensor& xy,
                       const at::Tensor& yy, const at::Tensor& usable) {
  const auto det = xx * yy - xy * xy;
  const auto moves = usable.logical_and(det != 0).unsqueeze(2);
  const auto step = at::stack({(xy * gy - yy * gx) / det, (xy * gx - xx * gy) / det}, 2);
  return at::where(moves, step, at::zeros({}, step.options()));
}

}  // namespace

at::Tensor refine_dark(const at::Tensor& log_maps, const at::Tensor& xy) {
  const Around at(log_maps, xy);
  const auto gx = (at(1, 0) - at(-1, 0)) * 0.5, gy = (at(0, 1) - at(0, -1)) * 0.5;
  const auto middle = at(0, 0) * 2;
  const auto xx = (at(2, 0) - middle + at(-2, 0)) * 0.25, yy = (at(0, 2) - middle + at(0, -2)) * 0.25;
  const auto mixed = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) * 0.25;
  return (xy + newton_step(gx, gy, xx, mixed, yy, at.with_room(2))).to(at::kFloat);
}

at::Tensor refine_dark_udp(const at::Tensor& log_maps, const at::Tensor& xy) {
  const Around at(log_maps, xy);
  const auto gx = (at(1, 0) - at(-1, 0)) * 0.5, gy = (at(0, 1) - at(0, -1)) * 0.5;
  const auto middle = at(0, 0) * 2;
  // mmpose keeps flat heatmaps from dividing by 0 with this much on the diagonal.
  constexpr double least = std::numeric_limits<float>::epsilon();
  const auto xx = at(1, 0) - middle + at(-1, 0) + least, yy = at(0, 1) - middle + at(0, -1) + least;
  const auto mixed = (at(1, 1) - at(1, 0) - at(0, 1) + middle - at(-1, 0) - at(0, -1) + at(-1, -1)) * 0.5;
  return (xy + newton_step(gx, gy, xx, mixed, yy, at.with_room(0))).to(at::kFloat);
}

}  // namespace ph
