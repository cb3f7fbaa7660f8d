#pragma once
// Targets of golden/targets.json and what a codec makes of the same points.
#include <string>
#include <vector>

#include "codec/target_codec.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

namespace test {

inline const nlohmann::ordered_json& golden_targets() {
  static const auto all = golden("targets.json");
  return all;
}

inline ph::TargetSize golden_size() {
  const auto& all = golden_targets();
  return {all.at("input_size").get<std::array<std::int64_t, 2>>(),
          all.at("heatmap_size").get<std::array<std::int64_t, 2>>()};
}

struct Targets {
  std::vector<float> target, weight;
};

/// What `codec` makes of points (x, y, visible), written over memory that holds something else.
inline Targets encode(const ph::TargetCodec& codec, const std::vector<std::array<float, 3>>& points) {
  std::vector<float> joints, visible;
  for (const auto& [x, y, v] : points) {
    joints.insert(joints.end(), {x, y});
    visible.push_back(v);
  }
  const auto count = [](const std::vector<std::int64_t>& shape) {
    std::int64_t product = 1;
    for (const auto side : shape) product *= side;
    return static_cast<std::size_t>(product);
  };
  const auto shapes = codec.shapes(static_cast<std::int64_t>(points.size()));
  Targets made{std::vector<float>(count(shapes.target), -7), std::vector<float>(count(shapes.weight), -7)};
  codec.encode(joints, visible, made.target, made.weight);
  return made;
}

/// Compares with one entry of the golden file; `tolerance` is relative to `top`, the highest value.
inline void check_against(const nlohmann::ordered_json& expected, const ph::TargetCodec& codec,
                          double tolerance, double top = 1) {
  const auto made = encode(codec, golden_targets().at("points").get<std::vector<std::array<float, 3>>>());
  CHECK(made.weight == expected.at("weight").get<std::vector<float>>());
  const auto values = expected.at("target").get<std::vector<double>>();
  REQUIRE(made.target.size() == values.size());
  double worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    worst = std::max(worst, std::abs(made.target[i] - values[i]) / top);
  CHECK(worst < tolerance);
}

/// Points that are nowhere near, or no numbers.
inline const std::vector<std::array<float, 3>> lost_points{
    {1e30F, 5, 1}, {5, -1e30F, 1}, {std::numeric_limits<float>::quiet_NaN(), 5, 1}};

}  // namespace test
