#include "metric/keypoint_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace ph {
namespace {

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string blanks(width > text.size() ? width - text.size() : 0, ' ');
  return left ? text + blanks : blanks + text;
}

}  // namespace

std::string shown_value(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", value);
  return std::isnan(value) ? "-" : text;
}

std::vector<std::string> keypoint_table_lines(const std::vector<std::string>& keypoints,
                                              const std::vector<KeypointTable>& tables) {
  std::size_t width = 8;
  constexpr std::size_t column = 12;
  for (const auto& name : keypoints) width = std::max(width, name.size());
  std::vector<std::string> lines{padded("keypoint", width, true)};
  for (const auto& table : tables) lines.front() += "  " + padded(table.metric, column, false);
  for (std::size_t k = 0; k < keypoints.size(); ++k) {
    lines.push_back(padded(keypoints[k], width, true));
    for (const auto& table : tables)
      lines.back() += "  " + padded(shown_value(table.values[k]), column, false);
  }
  return lines;
}

}  // namespace ph
