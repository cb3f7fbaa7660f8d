#include "plot/text_plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "plot/value_range.hpp"

namespace ph {
namespace {

constexpr char kMarks[] = "*+ox#@%&";
constexpr int kMargin = 11;  // for the numbers of the y axis

std::string number(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// Names come from files: what a terminal would obey is left out.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

struct Range : ValueRange {
  // 0 to n - 1.
  [[nodiscard]] int place(double value, int n) const {
    if (high <= low) return n / 2;
    return std::clamp(static_cast<int>(std::lround((value - low) / (high - low) * (n - 1))), 0, n - 1);
  }
};

class Canvas {
 public:
  Canvas(const Range& x, const Range& y, int width, int height)
      : x_{x},
        y_{y},
        lines_(static_cast<std::size_t>(height), std::string(static_cast<std::size_t>(width), ' ')) {}

  void draw(const Curve& curve, char mark) {
    bool pen = false;
    int last_column = 0, last_row = 0;
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      if (!std::isfinite(curve.y[i]) || !std::isfinite(curve.x[i])) {
        pen = false;
        continue;
      }
      const int column = x_.place(curve.x[i], width()), row = y_.place(curve.y[i], height());
      pen ? connect(last_column, last_row, column, row, mark) : put(column, row, mark);
      pen = true;
      last_column = column;
      last_row = row;
    }
  }
  [[nodiscard]] std::string line(int row) const {
    auto text = lines_[static_cast<std::size_t>(row)];
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }

 private:
  [[nodiscard]] int width() const { return static_cast<int>(lines_.front().size()); }
  [[nodiscard]] int height() const { return static_cast<int>(lines_.size()); }
  void put(int column, int row, char mark) {
    lines_[static_cast<std::size_t>(height() - 1 - row)][static_cast<std::size_t>(column)] = mark;
  }
  void connect(int c0, int r0, int c1, int r1, char mark) {
    const int n = std::max({std::abs(c1 - c0), std::abs(r1 - r0), 1});
    for (int i = 0; i <= n; ++i) put(c0 + (c1 - c0) * i / n, r0 + (r1 - r0) * i / n, mark);
  }

  Range x_, y_;
  std::vector<std::string> lines_;
};

void add_panel(const Panel& panel, const Range& x, int width, int height, std::vector<std::string>& lines) {
  Range y;
  for (const auto& curve : panel.curves) {
    for (const double value : curve.y) y.take(value);
  }
  lines.push_back(printable(panel.y_label));
  if (y.empty()) {
    lines.emplace_back("  (no numbers)");
    return;
  }
  Canvas canvas{x, y, width, height};
  for (std::size_t i = panel.curves.size(); i-- > 0;)  // the first on top
    canvas.draw(panel.curves[i], kMarks[i % (sizeof kMarks - 1)]);
  for (int row = 0; row < height; ++row) {
    const bool labelled = row % 4 == 0 || row + 1 == height;
    const double at = height > 1 ? y.high - (y.high - y.low) * row / (height - 1) : y.high;
    lines.push_back((labelled ? number(at, "%10.4g") + " |" : std::string(kMargin, ' ') + "|") +
                    canvas.line(row));
  }
  lines.push_back(std::string(kMargin, ' ') + "+" + std::string(static_cast<std::size_t>(width), '-'));
}

}  // namespace

std::vector<std::string> text_plot(const Figure& figure, int columns, int rows) {
  const int width = std::clamp(columns - kMargin - 2, 20, 400), height = std::clamp(rows, 4, 100);
  Range x;
  for (const auto& panel : figure.panels) {
    for (const auto& curve : panel.curves) {
      for (const double value : curve.x) x.take(value);
    }
  }
  std::vector<std::string> lines;
  if (!figure.title.empty()) lines.push_back(printable(figure.title));
  for (const auto& panel : figure.panels) {
    add_panel(panel, x, width, height, lines);
    for (std::size_t i = 0; i < panel.curves.size(); ++i) {
      lines.push_back(std::string(kMargin + 1, ' ') + kMarks[i % (sizeof kMarks - 1)] + " " +
                      printable(panel.curves[i].label));
    }
  }
  if (!x.empty()) {
    const auto first = number(x.low, "%.6g"), last = number(x.high, "%.6g");
    lines.push_back(std::string(kMargin + 1, ' ') + printable(figure.x_label) + ": " + first + " to " + last);
  }
  return lines;
}

}  // namespace ph
