#include "tools/onnx_decode.hpp"

#include <numeric>

#include "config/error.hpp"

namespace ph {
namespace {

constexpr std::int64_t to_float = 1, to_int64 = 7;  // ONNX's element types

std::vector<std::int64_t> backwards(std::int64_t count) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(count));
  std::iota(all.rbegin(), all.rend(), 0);
  return all;
}

// For each map the one that takes its place in a mirrored image; with CombinedTarget three maps go together.
std::vector<std::int64_t> swapped_maps(std::int64_t maps, std::int64_t each, const OnnxFacts& facts) {
  std::vector<std::int64_t> points(static_cast<std::size_t>(maps / each));
  std::iota(points.begin(), points.end(), 0);
  for (const auto& [left, right] : facts.keypoints.flip_pairs) {
    if (std::max(left, right) >= maps / each || std::min(left, right) < 0) {
      throw Error(ErrorKind::config, "flip pairs do not fit the network",
                  "keypoint " + std::to_string(std::max(left, right)) + " in " + facts.keypoints.source,
                  std::to_string(maps / each) + " keypoints");
    }
    std::swap(points[static_cast<std::size_t>(left)], points[static_cast<std::size_t>(right)]);
  }
  std::vector<std::int64_t> all;
  for (const auto point : points) {
    for (std::int64_t i = 0; i < each; ++i) all.push_back(each * point + i);
  }
  return all;
}

/// Nodes below one name.
class Place {
 public:
  Place(OnnxBuilder& builder, std::string name) : builder_(builder), name_(std::move(name)) {}
  std::string operator()(const char* op, std::vector<std::string> inputs,
                         OnnxBuilder::Attributes attributes = {}) {
    return builder_.node(op, name_, std::move(inputs), std::move(attributes));
  }
  std::string whole(std::int64_t value) { return builder_.whole(name_ + "/number", value); }
  std::string scalar(float value) { return builder_.scalar(name_ + "/number", value); }
  std::string ints(const std::vector<std::int64_t>& values) { return builder_.ints(name_ + "/list", values); }
  std::string floats(const std::vector<float>& values, const Shape& shape) {
    return builder_.floats(name_ + "/list", values, shape);
  }
  OnnxBuilder& builder() { return builder_; }

 private:
  OnnxBuilder& builder_;
  std::string name_;
};

std::string mirrored_heatmaps(Place& at, const std::string& maps, const Shape& shape,
                              const OnnxFacts& facts) {
  const std::int64_t each = facts.test_cfg.combined ? 3 : 1;
  auto turned =
      at("Gather", {maps, at.ints(swapped_maps(shape[1], each, facts))}, {{"axis", std::int64_t{1}}});
  auto columns = backwards(shape[3]);
  if (facts.test_cfg.shift_heatmap) {
    columns.pop_back();
    columns.insert(columns.begin(), shape[3] - 1);
  }
  turned = at("Gather", {turned, at.ints(columns)}, {{"axis", std::int64_t{3}}});
  if (each == 1) return turned;
  std::vector<float> signs;
  for (std::int64_t i = 0; i < shape[1]; ++i) signs.push_back(i % each == 1 ? -1.0F : 1.0F);  // offsets in x
  return at("Mul", {turned, at.floats(signs, {1, shape[1], 1, 1})});
}

std::string mirrored_coordinates(Place& at, const std::string& points, const Shape& shape,
                                 const OnnxFacts& facts) {
  const auto swapped =
      at("Gather", {points, at.ints(swapped_maps(shape[1], 1, facts))}, {{"axis", std::int64_t{1}}});
  return at("Add", {at("Mul", {swapped, at.floats({-1, 1}, {2})}), at.floats({1, 0}, {2})});
}

void check_decoding(const TestCfg& cfg) {
  if (!cfg.use_udp && !cfg.combined &&
      (cfg.post_process == PostProcess::none || cfg.post_process == PostProcess::quarter))
    return;
  throw Error(ErrorKind::config, "test_cfg: this decoding is not there in ONNX",
              cfg.use_udp                               ? "use_udp"
              : cfg.post_process == PostProcess::megvii ? "\"megvii\""
                                                        : "\"unbiased\"",
              "post_process \"default\" or null",
              "without --decode the model gives heatmaps; or --set model.test_cfg.post_process=\"default\"");
}

/// Peaks of heatmaps, each N x K x 1: where, as index and as x and y, and how high.
struct Peaks {
  std::string flat, index, x, y, score, found;
};

Peaks find_peaks(Place& at, const std::string& heatmaps, const Shape& shape) {
  Peaks p;
  p.flat = at("Reshape", {heatmaps, at.ints({-1, shape[1], shape[2] * shape[3]})});
  p.index = at("ArgMax", {p.flat}, {{"axis", std::int64_t{2}}, {"keepdims", std::int64_t{1}}});
  p.score = at("GatherElements", {p.flat, p.index}, {{"axis", std::int64_t{2}}});
  const auto width = at.whole(shape[3]);
  p.x = at("Mod", {p.index, width});
  p.y = at("Div", {p.index, width});
  p.found = at("Greater", {p.score, at.scalar(0)});
  return p;
}

/// A quarter pixel towards the higher neighbour, `step` elements away; 0 where `room` is not. There the neighbours are the
/// peak itself, so that nothing beyond the map is read.
std::string quarter_step(Place& at, const Peaks& p, const std::string& room, std::int64_t step) {
  const auto away = at("Mul", {at("Cast", {room}, {{"to", to_int64}}), at.whole(step)});
  const auto value = [&](const char* op) {
    return at("GatherElements", {p.flat, at(op, {p.index, away})}, {{"axis", std::int64_t{2}}});
  };
  return at("Mul", {at("Sign", {at("Sub", {value("Add"), value("Sub")})}), at.scalar(0.25F)});
}

// mmpose moves a peak where 1 < x < w - 1 and 1 < y < h - 1; in 1.x each axis is on its own, with the other within the map.
std::pair<std::string, std::string> rooms(Place& at, const Peaks& p, const Shape& shape, bool each_axis) {
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

void decode_heatmaps_in(Place& at, const std::string& heatmaps, const Shape& shape, const OnnxFacts& facts) {
  check_decoding(facts.test_cfg);
  const auto p = find_peaks(at, heatmaps, shape);
  auto x = at("Cast", {p.x}, {{"to", to_float}}), y = at("Cast", {p.y}, {{"to", to_float}});
  if (facts.test_cfg.post_process == PostProcess::quarter) {
    const auto [room_x, room_y] = rooms(at, p, shape, facts.each_axis);
    x = at("Add", {x, quarter_step(at, p, room_x, 1)});
    y = at("Add", {y, quarter_step(at, p, room_y, shape[3])});
  }
  const auto xy = at("Where", {p.found, at("Concat", {x, y}, {{"axis", std::int64_t{2}}}), at.scalar(-1)});
  const std::vector<float> pixel{static_cast<float>(facts.input.width) / static_cast<float>(shape[3]),
                                 static_cast<float>(facts.input.height) / static_cast<float>(shape[2])};
  at.builder().node_to("keypoints", "Mul", {xy, at.floats(pixel, {2})});
  at.builder().node_to("scores", "Reshape", {p.score, at.ints({-1, shape[1]})});
}

// Coordinates come without a score: 1 each.
void decode_coordinates_in(Place& at, const std::string& points, const OnnxFacts& facts) {
  at.builder().node_to(
      "keypoints", "Mul",
      {points,
       at.floats({static_cast<float>(facts.input.width), static_cast<float>(facts.input.height)}, {2})});
  const auto x = at("Gather", {points, at.whole(0)}, {{"axis", std::int64_t{2}}});
  at.builder().node_to("scores", "Add", {at("Mul", {x, at.scalar(0)}), at.scalar(1)});
}

}  // namespace

std::string onnx_with_mirrored(OnnxBuilder& builder, const std::string& image, std::int64_t width) {
  Place at(builder, "flip_test");
  const auto mirrored = at("Gather", {image, at.ints(backwards(width))}, {{"axis", std::int64_t{3}}});
  return at("Concat", {image, mirrored}, {{"axis", std::int64_t{0}}});
}

std::string onnx_flip_mean(OnnxBuilder& builder, const std::string& output, const Shape& shape,
                           const OnnxFacts& facts) {
  if (facts.keypoints.source.empty()) {
    throw Error(ErrorKind::config, "--flip-test: not known which keypoints are each other's mirror image",
                "no dataset_info in the config, nothing in the checkpoint, no annotation file", "flip pairs",
                "\"_base_\": \"dataset_info/coco.json\", or a checkpoint of posehost's");
  }
  Place at(builder, "flip_test");
  auto split = shape;
  split.front() = -1;
  split.insert(split.begin(), 2);
  const auto both = at("Reshape", {output, at.ints(split)});
  const auto half = [&](std::int64_t i) {
    return at("Gather", {both, at.whole(i)}, {{"axis", std::int64_t{0}}});
  };
  const auto own = half(0), other = half(1);
  const bool maps = shape.size() == 4;
  const auto back =
      maps ? mirrored_heatmaps(at, other, shape, facts) : mirrored_coordinates(at, other, shape, facts);
  const auto mean = at("Mul", {at("Add", {own, back}), at.scalar(0.5F)});
  if (!facts.test_cfg.regression_flip_shift) return mean;
  return at("Sub", {mean, at.floats({0.5F / static_cast<float>(facts.input.width), 0}, {2})});
}

void onnx_decode(OnnxBuilder& builder, const std::string& output, const Shape& shape,
                 const OnnxFacts& facts) {
  Place at(builder, "decode");
  shape.size() == 4 ? decode_heatmaps_in(at, output, shape, facts) : decode_coordinates_in(at, output, facts);
}

}  // namespace ph
