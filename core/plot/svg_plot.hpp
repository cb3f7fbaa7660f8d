#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "plot/figure.hpp"

namespace ph {

/// `panel` as an SVG element for an HTML page: axes with round numbers, curves, a legend below. Texts are escaped; numbers that are
/// none are gaps. Equal input gives equal text. Draws itself: no other program is needed. `width` and `height` in pixels.
[[nodiscard]] std::string svg_plot(const Panel& panel, const std::string& x_label, int width, int height);

/// Round numbers from the first at or above `low` to `high`, about `count` of them; empty when there is no range.
[[nodiscard]] std::vector<double> round_ticks(double low, double high, int count);

/// Text that is safe within HTML and SVG, in elements and attributes: & < > " ' as entities, bytes that are no UTF-8 and control
/// characters (but tab and line break) replaced by U+FFFD.
[[nodiscard]] std::string html_escape(std::string_view text);

}  // namespace ph
