#include "plot/svg_plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "plot/value_range.hpp"

namespace ph {
namespace {

// Colours that people with a colour deficiency tell apart (Okabe and Ito).
constexpr const char* kColours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                    "#E69F00", "#56B4E9", "#000000", "#999999"};
constexpr std::size_t kPoints = 1500;
constexpr double kLeft = 80, kRight = 14, kTop = 12, kBottom = 40, kLegendRow = 18;

std::string text_of(double value, const char* format = "%.6g") {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

struct Span : ValueRange {
  // A single value gets room around it.
  void open() {
    if (high > low) return;
    const double room = low == 0 ? 1 : std::abs(low) * 0.1;
    low -= room;
    high += room;
  }
};

// The rectangle that curves are drawn in, and what it means.
struct Frame {
  Span x, y;
  double width, height;
  [[nodiscard]] double px(double v) const {
    return kLeft + (v - x.low) / (x.high - x.low) * (width - kLeft - kRight);
  }
  [[nodiscard]] double py(double v) const {
    return height - kBottom - (v - y.low) / (y.high - y.low) * (height - kTop - kBottom);
  }
};

std::string path_of(const Curve& curve, const Frame& frame) {
  const auto thin = thin_out(curve, kPoints);
  std::string path;
  bool pen = false;
  for (std::size_t i = 0; i < thin.x.size(); ++i) {
    if (!std::isfinite(thin.x[i]) || !std::isfinite(thin.y[i])) {
      pen = false;
      continue;
    }
    path +=
        (pen ? "L" : "M") + text_of(frame.px(thin.x[i]), "%.2f") + " " + text_of(frame.py(thin.y[i]), "%.2f");
    pen = true;
  }
  return path;
}

std::string dots_of(const Curve& curve, const Frame& frame, const char* colour) {
  constexpr std::size_t few = 60;  // more would hide the line
  std::string dots;
  for (std::size_t i = 0; curve.x.size() < few && i < curve.x.size(); ++i) {
    if (!std::isfinite(curve.x[i]) || !std::isfinite(curve.y[i])) continue;
    dots += "<circle cx=\"" + text_of(frame.px(curve.x[i]), "%.2f") + "\" cy=\"" +
            text_of(frame.py(curve.y[i]), "%.2f") + "\" r=\"2.2\" fill=\"" + colour + "\"><title>" +
            text_of(curve.x[i]) + ": " + text_of(curve.y[i]) + "</title></circle>";
  }
  return dots;
}

std::string label(double x, double y, const char* anchor, const std::string& text,
                  const std::string& more = {}) {
  return "<text x=\"" + text_of(x, "%.1f") + "\" y=\"" + text_of(y, "%.1f") + "\" text-anchor=\"" + anchor +
         "\"" + more + ">" + html_escape(text) + "</text>";
}

std::string line(double x1, double y1, double x2, double y2, const char* colour, const char* width = "1") {
  return "<line x1=\"" + text_of(x1, "%.1f") + "\" y1=\"" + text_of(y1, "%.1f") + "\" x2=\"" +
         text_of(x2, "%.1f") + "\" y2=\"" + text_of(y2, "%.1f") + "\" stroke=\"" + colour +
         "\" stroke-width=\"" + width + "\"/>";
}

std::string axes(const Frame& frame, const Panel& panel, const std::string& x_label) {
  const double bottom = frame.height - kBottom, right = frame.width - kRight;
  std::string out;
  for (const double v : round_ticks(frame.y.low, frame.y.high, 5))
    out += line(kLeft, frame.py(v), right, frame.py(v), "#ddd") +
           label(kLeft - 6, frame.py(v) + 4, "end", text_of(v));
  for (const double v : round_ticks(frame.x.low, frame.x.high, 8))
    out += line(frame.px(v), bottom, frame.px(v), bottom + 4, "#888") +
           label(frame.px(v), bottom + 17, "middle", text_of(v, "%.10g"));
  out += line(kLeft, kTop, kLeft, bottom, "#888") + line(kLeft, bottom, right, bottom, "#888");
  out += label((kLeft + right) / 2, bottom + 34, "middle", x_label);
  return out + label(12, (kTop + bottom) / 2, "middle", panel.y_label,
                     " transform=\"rotate(-90 12 " + text_of((kTop + bottom) / 2, "%.1f") + ")\"");
}

std::string legend(const Panel& panel, double width, double top) {
  std::string out;
  double x = kLeft, y = top;
  for (std::size_t i = 0; i < panel.curves.size(); ++i) {
    const double wide = 40 + 7.2 * static_cast<double>(panel.curves[i].label.size());
    if (x + wide > width && x > kLeft) x = kLeft, y += kLegendRow;
    out += line(x, y - 4, x + 20, y - 4, kColours[i % std::size(kColours)], "2.5") +
           label(x + 25, y, "start", panel.curves[i].label);
    x += wide;
  }
  return out;
}

double legend_height(const Panel& panel, double width) {
  double x = kLeft, rows = 1;
  for (const auto& curve : panel.curves) {
    const double wide = 40 + 7.2 * static_cast<double>(curve.label.size());
    if (x + wide > width && x > kLeft) x = kLeft, ++rows;
    x += wide;
  }
  return rows * kLegendRow + 4;
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int count) {
  if (!(high > low) || !std::isfinite(high - low)) return {};
  const double least = (high - low) / std::max(1, count);
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * 0.999) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + step * 1e-9 && ticks.size() < 100; ++k)
    ticks.push_back(k == 0 ? 0.0 : k * step);
  return ticks;
}

std::string svg_plot(const Panel& panel, const std::string& x_label, int width, int height) {
  Frame frame{{}, {}, static_cast<double>(width), static_cast<double>(height)};
  for (const auto& curve : panel.curves) {
    for (const double v : curve.x) frame.x.take(v);
    for (const double v : curve.y) frame.y.take(v);
  }
  const double full = height + legend_height(panel, width);
  std::string out = "<svg class=\"plot\" viewBox=\"0 0 " + std::to_string(width) + " " +
                    text_of(full, "%.0f") + "\" width=\"" + std::to_string(width) + "\" role=\"img\">";
  if (frame.x.empty() || frame.y.empty())
    return out + label(width / 2.0, height / 2.0, "middle", panel.y_label + ": no numbers") + "</svg>";
  frame.x.open();
  frame.y.open();
  out += axes(frame, panel, x_label);
  for (std::size_t i = 0; i < panel.curves.size(); ++i) {
    const char* colour = kColours[i % std::size(kColours)];
    out += "<path d=\"" + path_of(panel.curves[i], frame) + "\" fill=\"none\" stroke=\"" + colour +
           "\" stroke-width=\"1.6\"" + (panel.curves[i].dashed ? " stroke-dasharray=\"6 4\"" : "") + "/>" +
           dots_of(panel.curves[i], frame, colour);
  }
  return out + legend(panel, width, height + kLegendRow - 4) + "</svg>";
}

}  // namespace ph
