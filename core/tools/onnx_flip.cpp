#include "tools/onnx_flip.hpp"

#include <numeric>

#include "config/error.hpp"
#include "tools/onnx_place.hpp"

namespace ph {
namespace {

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

std::string mirrored_heatmaps(OnnxPlace& at, const std::string& maps, const Shape& shape,
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

// x turns about the middle; y, and deviations where there are some, stay.
std::string mirrored_coordinates(OnnxPlace& at, const std::string& points, const Shape& shape,
                                 const OnnxFacts& facts) {
  const auto swapped =
      at("Gather", {points, at.ints(swapped_maps(shape[1], 1, facts))}, {{"axis", std::int64_t{1}}});
  std::vector<float> signs(static_cast<std::size_t>(shape[2]), 1.0F), moves(signs.size());
  signs.front() = -1;
  moves.front() = 1;
  return at("Add", {at("Mul", {swapped, at.floats(signs, {shape[2]})}), at.floats(moves, {shape[2]})});
}

}  // namespace

std::string onnx_with_mirrored(OnnxBuilder& builder, const std::string& image, std::int64_t width) {
  OnnxPlace at(builder, "flip_test");
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
  OnnxPlace at(builder, "flip_test");
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
  std::vector<float> shift(static_cast<std::size_t>(shape[2]));
  shift.front() = 0.5F / static_cast<float>(facts.input.width);
  return at("Sub", {mean, at.floats(shift, {shape[2]})});
}

}  // namespace ph
