#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "config/node.hpp"
#include "data/dataset_info.hpp"

namespace ph {

using Rgb = std::array<std::uint8_t, 3>;

/// How a pose is drawn.
struct PoseStyle {
  std::vector<std::pair<int, int>> lines;  ///< keypoints that are joined
  std::vector<Rgb> line_colors;            ///< one each
  std::vector<Rgb> point_colors;           ///< K
  double least_score = 0.3;                ///< points below it are left out, and their lines
  int radius = 4, thickness = 2;           ///< pixels
};

/// Lines and colours of a data set. `node` is its dataset_info in a config, which has colours of lines; null: a line has
/// the colour of its second end. Without colours, or with one colour for all points, each point gets its own hue.
[[nodiscard]] PoseStyle pose_style(const DatasetInfo& info, const Node& node);

/// A colour that differs from those of the neighbouring numbers.
[[nodiscard]] Rgb hue_of(std::size_t number) noexcept;

}  // namespace ph
