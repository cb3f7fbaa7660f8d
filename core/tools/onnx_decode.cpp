#include "tools/onnx_decode.hpp"

#include "codec/combined_target.hpp"
#include "tools/onnx_place.hpp"
#include "tools/onnx_refine.hpp"

namespace ph {
namespace {

const OnnxBuilder::Attributes last_of_three{{"axis", std::int64_t{2}}};

/// Keypoints in pixels of the heatmap, each N x K x 1. Where nothing was found x and y are no matter.
struct Decoded {
  std::string x, y, score, found;
};

/// A quarter pixel towards the higher neighbour, `step` elements away, and `further`; 0 where `room` is not. There the
/// neighbours are the peak itself, so that nothing beyond the map is read.
std::string quarter_step(OnnxPlace& at, const OnnxPeaks& p, const std::string& room, std::int64_t step,
                         float further) {
  const auto away = at("Mul", {at.cast(room, OnnxType::i64), at.whole(step)});
  const auto value = [&](const char* op) {
    return at("GatherElements", {p.flat, at(op, {p.index, away})}, last_of_three);
  };
  const auto quarter = at("Mul", {at("Sign", {at("Sub", {value("Add"), value("Sub")})}), at.scalar(0.25F)});
  if (further == 0) return quarter;
  return at("Add", {quarter, at("Mul", {at.cast(room, OnnxType::f32), at.scalar(further)})});
}

// mmpose moves a peak where 1 < x < w - 1 and 1 < y < h - 1; in 1.x each axis is on its own, with the other within the map.
std::pair<std::string, std::string> rooms(OnnxPlace& at, const OnnxPeaks& p, const Shape& shape,
                                          bool each_axis) {
  const auto within = [&](const std::string& value, std::int64_t size) {
    return at("And", {at("Greater", {value, at.whole(1)}), at("Less", {value, at.whole(size - 1)})});
  };
  auto x = at("And", {within(p.x, shape[3]), p.found}), y = at("And", {within(p.y, shape[2]), p.found});
  if (!each_axis) {
    const auto both = at("And", {x, y});
    return {both, both};
  }
  return {at("And", {x, at("Greater", {p.y, at.whole(0)})}),
          at("And", {y, at("Greater", {p.x, at.whole(0)})})};
}

Decoded whole_pixels(OnnxPlace& at, const OnnxPeaks& p) {
  return {at.cast(p.x, OnnxType::f32), at.cast(p.y, OnnxType::f32), p.score, p.found};
}

Decoded quarter_pixels(OnnxPlace& at, const OnnxPeaks& p, const Shape& shape, bool each_axis, float further) {
  auto d = whole_pixels(at, p);
  const auto [room_x, room_y] = rooms(at, p, shape, each_axis);
  d.x = at("Add", {d.x, quarter_step(at, p, room_x, 1, further)});
  d.y = at("Add", {d.y, quarter_step(at, p, room_y, shape[3], further)});
  return d;
}

// Peaks of the blurred maps; their targets lie half a pixel before the keypoint on average, and go up to 255.
Decoded megvii(OnnxPlace& at, const std::string& maps, const Shape& shape, const TestCfg& cfg) {
  const auto p = onnx_peaks(at, onnx_modulated(at, maps, shape, cfg.modulate_kernel), shape);
  auto d = quarter_pixels(at, p, shape, false, 0.5F);
  d.score = at("Add", {at("Div", {p.score, at.scalar(255)}), at.scalar(0.5F)});
  return d;
}

Decoded unbiased(OnnxPlace& at, const std::string& maps, const Shape& shape, const TestCfg& cfg) {
  const auto p = onnx_peaks(at, maps, shape);
  const auto blurred = onnx_modulated(at, maps, shape, cfg.modulate_kernel);
  const auto logs = at("Log", {at("Clip", {blurred, at.scalar(1e-10F)})});
  const auto [x, y] = onnx_newton(at, logs, p, shape, OnnxNewton::dark);
  return {x, y, p.score, p.found};
}

Decoded udp(OnnxPlace& at, const std::string& maps, const Shape& shape, const OnnxFacts& facts) {
  const auto kernel = facts.test_cfg.modulate_kernel;
  const auto p = onnx_peaks(at, maps, shape);
  const auto blurred = facts.compat.udp_mirrored ? onnx_blurred(at, maps, shape, kernel, BlurBorder::mirrored)
                                                 : onnx_modulated(at, maps, shape, kernel);
  const auto logs = at("Log", {at("Clip", {blurred, at.scalar(1e-3F), at.scalar(50)})});
  const auto [x, y] = onnx_newton(at, logs, p, shape, OnnxNewton::udp);
  return {x, y, p.score, p.found};
}

// Peaks of the discs, and the ways to the keypoint that the other two maps have there.
Decoded combined(OnnxPlace& at, const std::string& maps, const Shape& shape, const OnnxFacts& facts) {
  const auto& cfg = facts.test_cfg;
  const bool blur = facts.compat.offset_blur;
  const auto radius = CombinedTarget::radius_of(cfg.valid_radius_factor, shape[3], shape[2], !blur);
  const Shape each{shape[0], shape[1] / 3, shape[2], shape[3]};
  const auto plane = [&](std::int64_t which, std::int64_t kernel) {
    std::vector<std::int64_t> index;
    for (auto k = which; k < shape[1]; k += 3) index.push_back(k);
    const auto taken = at("Gather", {maps, at.ints(index)}, {{"axis", std::int64_t{1}}});
    return kernel > 0 ? onnx_blurred(at, taken, each, kernel, BlurBorder::mirrored) : taken;
  };
  const auto p = onnx_peaks(at, plane(0, 2 * cfg.modulate_kernel + 1), each);
  auto d = whole_pixels(at, p);
  const auto way = [&](std::int64_t which) {
    const auto flat = at(
        "Reshape", {plane(which, blur ? cfg.modulate_kernel : 0), at.ints({-1, each[1], each[2] * each[3]})});
    return at("Mul",
              {at("GatherElements", {flat, p.index}, last_of_three), at.scalar(static_cast<float>(radius))});
  };
  d.x = at("Add", {d.x, way(1)});
  d.y = at("Add", {d.y, way(2)});
  return d;
}

// The choice of model/heatmap_output.
Decoded decoded(OnnxPlace& at, const std::string& maps, const Shape& shape, const OnnxFacts& facts) {
  const auto& cfg = facts.test_cfg;
  if (cfg.combined) return combined(at, maps, shape, facts);
  if (cfg.use_udp) return udp(at, maps, shape, facts);
  switch (cfg.post_process) {
    case PostProcess::megvii:
      return megvii(at, maps, shape, cfg);
    case PostProcess::unbiased:
      return unbiased(at, maps, shape, cfg);
    case PostProcess::quarter:
      return quarter_pixels(at, onnx_peaks(at, maps, shape), shape, facts.compat.version == "1.x", 0);
    case PostProcess::none:
      break;
  }
  return whole_pixels(at, onnx_peaks(at, maps, shape));
}

void decode_heatmaps_in(OnnxPlace& at, const std::string& maps, const Shape& shape, const OnnxFacts& facts) {
  const auto d = decoded(at, maps, shape, facts);
  const auto xy =
      at("Where", {d.found, at("Concat", {d.x, d.y}, {{"axis", std::int64_t{2}}}), at.scalar(-1)});
  // UDP counts the steps between pixels.
  const std::int64_t less = facts.test_cfg.use_udp ? 1 : 0;
  const std::vector<float> pixel{
      static_cast<float>(facts.input.width) / static_cast<float>(shape[3] - less),
      static_cast<float>(facts.input.height) / static_cast<float>(shape[2] - less)};
  const auto keypoints = facts.test_cfg.combined ? shape[1] / 3 : shape[1];
  at.builder().node_to("keypoints", "Mul", {xy, at.floats(pixel, {2})});
  at.builder().node_to("scores", "Reshape", {d.score, at.ints({-1, keypoints})});
}

// Coordinates come without a score: 1 each. With deviations, 1 less their mean.
void decode_coordinates_in(OnnxPlace& at, const std::string& points, const Shape& shape,
                           const OnnxFacts& facts) {
  const auto columns = [&](std::int64_t from, std::int64_t to) {
    return at("Slice", {points, at.ints({from}), at.ints({to}), at.ints({2})});
  };
  at.builder().node_to(
      "keypoints", "Mul",
      {columns(0, 2),
       at.floats({static_cast<float>(facts.input.width), static_cast<float>(facts.input.height)}, {2})});
  const bool spread = shape[2] == 4;
  auto score = columns(spread ? 2 : 0, spread ? 3 : 1);
  score = spread ? at("Mul", {at("Add", {score, columns(3, 4)}), at.scalar(-0.5F)})
                 : at("Mul", {score, at.scalar(0)});
  at.builder().node_to("scores", "Reshape", {at("Add", {score, at.scalar(1)}), at.ints({-1, shape[1]})});
}

}  // namespace

void onnx_decode(OnnxBuilder& builder, const std::string& output, const Shape& shape,
                 const OnnxFacts& facts) {
  OnnxPlace at(builder, "decode");
  shape.size() == 4 ? decode_heatmaps_in(at, output, shape, facts)
                    : decode_coordinates_in(at, output, shape, facts);
}

}  // namespace ph
