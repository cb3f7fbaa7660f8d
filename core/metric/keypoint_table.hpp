#pragma once
#include <string>
#include <vector>

#include "metric/evaluate_files.hpp"

namespace ph {

/// A number of a metric for people: six places; "-" where there is none.
[[nodiscard]] std::string shown_value(double value);

/// Tables of metrics side by side: names of keypoints on the left, a column a metric, a line each.
[[nodiscard]] std::vector<std::string> keypoint_table_lines(const std::vector<std::string>& keypoints,
                                                            const std::vector<KeypointTable>& tables);

}  // namespace ph
