#pragma once
#include <string>
#include <vector>

#include "plot/figure.hpp"

namespace ph {

/// `figure` in characters, for a terminal of `columns`; each panel is `rows` high. Lines without line
/// breaks. Draws itself: no other program is needed.
[[nodiscard]] std::vector<std::string> text_plot(const Figure& figure, int columns, int rows);

}  // namespace ph
