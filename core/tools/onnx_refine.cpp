#include "tools/onnx_refine.hpp"

#include <limits>

namespace ph {
namespace {

const OnnxBuilder::Attributes along_pixels{{"axis", std::int64_t{2}}};

std::string flattened(OnnxPlace& at, const std::string& maps, const Shape& shape) {
  return at("Reshape", {maps, at.ints({-1, shape[1], shape[2] * shape[3]})});
}

// Arithmetic of a small formula on doubles, as codec/dark_decode has it: a singular curvature is judged by its determinant.
class Formula {
 public:
  Formula(OnnxPlace& at, const std::string& log_maps, const OnnxPeaks& peaks, const Shape& shape)
      : at_(at),
        width_(shape[3]),
        height_(shape[2]),
        flat_(flattened(at, log_maps, shape)),
        x_(at.cast(peaks.x, OnnxType::f32)),
        y_(at.cast(peaks.y, OnnxType::f32)) {}

  // Beyond the border the border's own pixel. Places in float32, where they are exact: Clip takes integers since opset 12.
  std::string pixel(std::int64_t dx, std::int64_t dy) {
    const auto place =
        at_("Add", {at_("Mul", {within(y_, dy, height_), number(width_)}), within(x_, dx, width_)});
    return at_.cast(at_("GatherElements", {flat_, at_.cast(place, OnnxType::i64)}, along_pixels),
                    OnnxType::f64);
  }
  std::string sum(const std::string& a, const std::string& b) { return at_("Add", {a, b}); }
  std::string less(const std::string& a, const std::string& b) { return at_("Sub", {a, b}); }
  std::string times(const std::string& a, const std::string& b) { return at_("Mul", {a, b}); }
  std::string times(const std::string& a, double b) { return times(a, at_.precise(b)); }
  std::string over(const std::string& a, const std::string& b) { return at_("Div", {a, b}); }

 private:
  std::string number(std::int64_t value) { return at_.scalar(static_cast<float>(value)); }
  std::string within(const std::string& from, std::int64_t step, std::int64_t size) {
    const auto moved = step == 0 ? from : at_("Add", {from, number(step)});
    return at_("Clip", {moved, number(0), number(size - 1)});
  }
  OnnxPlace& at_;
  std::int64_t width_, height_;
  std::string flat_, x_, y_;
};

// Second differences of the logarithm around a peak.
struct Curvature {
  std::string xx, xy, yy;
};

Curvature wide_curvature(Formula& f, const std::string& middle) {
  const auto line = [&](std::int64_t dx, std::int64_t dy) {
    return f.times(f.sum(f.less(f.pixel(dx, dy), middle), f.pixel(-dx, -dy)), 0.25);
  };
  const auto corners = f.sum(f.less(f.less(f.pixel(1, 1), f.pixel(1, -1)), f.pixel(-1, 1)), f.pixel(-1, -1));
  return {line(2, 0), f.times(corners, 0.25), line(0, 2)};
}

// mmpose keeps flat heatmaps from dividing by 0 with a little on the diagonal.
Curvature narrow_curvature(Formula& f, const std::string& middle, const std::string& least) {
  const auto line = [&](std::int64_t dx, std::int64_t dy) {
    return f.sum(f.sum(f.less(f.pixel(dx, dy), middle), f.pixel(-dx, -dy)), least);
  };
  auto mixed = f.sum(f.less(f.less(f.pixel(1, 1), f.pixel(1, 0)), f.pixel(0, 1)), middle);
  mixed = f.sum(f.less(f.less(mixed, f.pixel(-1, 0)), f.pixel(0, -1)), f.pixel(-1, -1));
  return {line(1, 0), f.times(mixed, 0.5), line(0, 1)};
}

// Peaks with two pixels on every side.
std::string with_room(OnnxPlace& at, const OnnxPeaks& p, const Shape& shape) {
  const auto within = [&](const std::string& value, std::int64_t size) {
    return at("And", {at("Greater", {value, at.whole(1)}), at("Less", {value, at.whole(size - 2)})});
  };
  return at("And", {within(p.x, shape[3]), within(p.y, shape[2])});
}

}  // namespace

std::string onnx_blurred(OnnxPlace& at, const std::string& maps, const Shape& shape, std::int64_t kernel,
                         BlurBorder border) {
  const auto down = at.floats(blur_matrix(shape[2], kernel, border), {shape[2], shape[2]});
  const auto across =
      at("Transpose", {at.floats(blur_matrix(shape[3], kernel, border), {shape[3], shape[3]})},
         {{"perm", Shape{1, 0}}});
  return at("MatMul", {at("MatMul", {down, maps}), across});
}

std::string onnx_modulated(OnnxPlace& at, const std::string& maps, const Shape& shape, std::int64_t kernel) {
  const auto blurred = onnx_blurred(at, maps, shape, kernel, BlurBorder::zero);
  const auto before = at("GlobalMaxPool", {maps}), after = at("GlobalMaxPool", {blurred});
  // An empty heatmap stays empty.
  const auto empty = at("Equal", {after, at.scalar(0)});
  return at("Mul", {blurred, at("Where", {empty, at.scalar(0), at("Div", {before, after})})});
}

OnnxPeaks onnx_peaks(OnnxPlace& at, const std::string& maps, const Shape& shape) {
  OnnxPeaks p;
  p.flat = flattened(at, maps, shape);
  p.index = at("ArgMax", {p.flat}, {{"axis", std::int64_t{2}}, {"keepdims", std::int64_t{1}}});
  p.score = at("GatherElements", {p.flat, p.index}, along_pixels);
  const auto width = at.whole(shape[3]);
  p.x = at("Mod", {p.index, width});
  p.y = at("Div", {p.index, width});
  p.found = at("Greater", {p.score, at.scalar(0)});
  return p;
}

std::pair<std::string, std::string> onnx_newton(OnnxPlace& at, const std::string& log_maps,
                                                const OnnxPeaks& peaks, const Shape& shape, OnnxNewton way) {
  Formula f(at, log_maps, peaks, shape);
  const auto gx = f.times(f.less(f.pixel(1, 0), f.pixel(-1, 0)), 0.5);
  const auto gy = f.times(f.less(f.pixel(0, 1), f.pixel(0, -1)), 0.5);
  const auto middle = f.times(f.pixel(0, 0), 2);
  const auto [xx, xy, yy] =
      way == OnnxNewton::dark
          ? wide_curvature(f, middle)
          : narrow_curvature(f, middle, at.precise(std::numeric_limits<float>::epsilon()));
  const auto det = f.less(f.times(xx, yy), f.times(xy, xy));
  auto moves = at("Not", {at("Equal", {det, at.precise(0)})});
  if (way == OnnxNewton::dark) moves = at("And", {moves, with_room(at, peaks, shape)});
  const auto moved = [&](const std::string& from, const std::string& step) {
    const auto usable = at("Where", {moves, f.over(step, det), at.precise(0)});
    return at.cast(f.sum(at.cast(from, OnnxType::f64), usable), OnnxType::f32);
  };
  return {moved(peaks.x, f.less(f.times(xy, gy), f.times(yy, gx))),
          moved(peaks.y, f.less(f.times(xy, gx), f.times(xx, gy)))};
}

}  // namespace ph
