#pragma once
#include <string>
#include <vector>

namespace ph {

/// One line of a figure. `x` ascends; values that are no numbers are gaps.
struct Curve {
  std::string label;
  std::vector<double> x, y;
  bool dashed = false;
};

/// Axes with curves that share a scale.
struct Panel {
  std::string y_label;
  std::vector<Curve> curves;
};

/// What a style changes: seaborn's five names.
struct FigureStyle {
  bool shaded = false;  ///< grey background
  bool grid = true;
};

/// Panels one above the other over the same x.
struct Figure {
  std::string title, x_label;
  std::vector<Panel> panels;
  FigureStyle style;
};

/// The style of that name: white, whitegrid, dark, darkgrid, ticks. Throws Error(usage) with the list.
[[nodiscard]] FigureStyle figure_style(const std::string& name);

/// The curve with at most about `points` points: of each stretch the first, lowest, highest and last value,
/// so that steps and peaks stay.
[[nodiscard]] Curve thin_out(const Curve& curve, std::size_t points);

}  // namespace ph
