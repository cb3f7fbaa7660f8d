#include "infer/pose_style.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace ph {
namespace {

std::vector<Rgb> colors_of_points(const DatasetInfo& info) {
  const auto& given = info.colors;
  const bool differ = std::adjacent_find(given.begin(), given.end(), std::not_equal_to<>()) != given.end();
  if (differ && given.size() == info.keypoints.size()) return given;
  std::vector<Rgb> colors;
  for (std::size_t k = 0; k < info.keypoints.size(); ++k) colors.push_back(hue_of(k));
  return colors;
}

// skeleton_info {"0": {"link", "id", "color"}}, its numbers already checked by dataset_info_from_config().
std::vector<Rgb> colors_of_lines(const Node& node, std::size_t count) {
  std::vector<Rgb> colors;
  const auto lines = node.is_object() ? node.find("skeleton_info") : std::nullopt;
  for (std::size_t i = 0; lines && i < count; ++i) {
    const auto line = lines->find(std::to_string(i));
    const auto color = line ? line->find("color") : std::nullopt;
    if (!color || color->size() != 3) return {};
    colors.push_back({});
    for (std::size_t c = 0; c < 3; ++c) colors.back()[c] = static_cast<std::uint8_t>((*color)[c].i64());
  }
  return colors;
}

}  // namespace

Rgb hue_of(std::size_t number) noexcept {
  constexpr double golden = 0.618034;
  const double hue = 6 * std::fmod(golden * static_cast<double>(number), 1.0);
  const auto channel = [hue](double shift) {
    const double distance = std::fabs(std::fmod(hue + shift, 6.0) - 3);  // 3 at the channel's own hue
    constexpr double dark = 35, span = 220;
    return static_cast<std::uint8_t>(dark + span * std::clamp(distance - 1, 0.0, 1.0));
  };
  return {channel(0), channel(4), channel(2)};
}

PoseStyle pose_style(const DatasetInfo& info, const Node& node) {
  PoseStyle style;
  style.lines = info.skeleton;
  style.point_colors = colors_of_points(info);
  style.line_colors = colors_of_lines(node, info.skeleton.size());
  if (!style.line_colors.empty() || style.lines.empty()) return style;
  for (const auto& [a, b] : style.lines)
    style.line_colors.push_back(style.point_colors.at(static_cast<std::size_t>(b)));
  return style;
}

}  // namespace ph
