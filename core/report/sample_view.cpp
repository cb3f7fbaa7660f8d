#include "report/sample_view.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include "plot/svg_plot.hpp"

namespace ph {
namespace {

std::string num(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", std::isfinite(value) ? value : 0.0);
  return text;
}

std::string colour_text(const std::array<std::uint8_t, 3>& rgb) {
  char text[16];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", rgb[0], rgb[1], rgb[2]);
  return text;
}

// Draws in pixels of the picture; `pixel` is how many of these one of the screen is.
class Drawing {
 public:
  Drawing(const SampleView& view, double pixel) : view_(view), pixel_(pixel) {}

  std::string layers() const {
    std::string out;
    for (const auto& layer : view_.layers) {
      // A pixel's middle is at its number: its square begins half a pixel before.
      out += "<image href=\"" + html_escape(layer.uri) + "\" x=\"" + num(layer.place[0] - 0.5) + "\" y=\"" +
             num(layer.place[1] - 0.5) + "\" width=\"" + num(layer.place[2]) + "\" height=\"" +
             num(layer.place[3]) + "\" preserveAspectRatio=\"none\"" +
             (layer.opacity < 1 ? " opacity=\"" + num(layer.opacity) + "\"" : "") +
             (layer.smooth ? "" : " style=\"image-rendering:pixelated\"") + "/>";
    }
    return out;
  }

  std::string box() const {
    if (view_.box.empty()) return {};
    std::string points;
    for (const auto& [x, y] : view_.box) points += num(x) + "," + num(y) + " ";
    return "<polygon points=\"" + points + "\" fill=\"none\" stroke=\"#ffd400\" stroke-dasharray=\"" +
           num(5 * pixel_) + "\"" + stroke(1.2) + "/>";
  }

  std::string skeleton() const {
    std::string out;
    const auto count = points_predicted() ? view_.predicted.size() / 3 : view_.truth.size() / 2;
    for (const auto& [a, b] : view_.skeleton) {
      const auto i = static_cast<std::size_t>(a), j = static_cast<std::size_t>(b);
      if (a < 0 || b < 0 || std::max(i, j) >= count) continue;
      if (!points_predicted() && (!labelled(i) || !labelled(j))) continue;
      out += segment(drawn(i), drawn(j), "#dddddd", 1);
    }
    return out;
  }

  std::string points() const {
    std::string out;
    for (std::size_t k = 0; k < view_.names.size(); ++k) {
      const auto colour = colour_text(keypoint_color(view_.colors, k));
      const bool truth = labelled(k);
      if (truth && points_predicted() && 3 * k + 2 < view_.predicted.size())
        out += segment(true_point(k), drawn(k), "#ffffff", 1);
      if (truth)
        out += circle(true_point(k), points_predicted() ? 5 : 4, points_predicted() ? "none" : colour,
                      points_predicted() ? "#00e000" : "#000000", k);
      if (points_predicted() && 3 * k + 2 < view_.predicted.size())
        out += circle(drawn(k), 3, colour, "#000000", k);
    }
    return out;
  }

 private:
  using Point = std::array<double, 2>;
  [[nodiscard]] bool points_predicted() const { return !view_.predicted.empty(); }
  [[nodiscard]] bool labelled(std::size_t k) const {
    return k < view_.visible.size() && view_.visible[k] > 0 && 2 * k + 1 < view_.truth.size();
  }
  [[nodiscard]] Point true_point(std::size_t k) const { return {view_.truth[2 * k], view_.truth[2 * k + 1]}; }
  [[nodiscard]] Point drawn(std::size_t k) const {
    return points_predicted() ? Point{view_.predicted[3 * k], view_.predicted[3 * k + 1]} : true_point(k);
  }
  [[nodiscard]] std::string stroke(double width) const {
    return " stroke-width=\"" + num(width * pixel_) + "\"";
  }
  [[nodiscard]] std::string segment(const Point& a, const Point& b, const char* colour, double width) const {
    return "<line x1=\"" + num(a[0]) + "\" y1=\"" + num(a[1]) + "\" x2=\"" + num(b[0]) + "\" y2=\"" +
           num(b[1]) + "\" stroke=\"" + colour + "\"" + stroke(width) + "/>";
  }
  [[nodiscard]] std::string circle(const Point& at, double radius, const std::string& fill,
                                   const std::string& line, std::size_t k) const {
    return "<circle cx=\"" + num(at[0]) + "\" cy=\"" + num(at[1]) + "\" r=\"" + num(radius * pixel_) +
           "\" fill=\"" + fill + "\" stroke=\"" + line + "\"" + stroke(fill == "none" ? 1.5 : 0.7) +
           "><title>" + html_escape(view_.names[k]) + "</title></circle>";
  }

  const SampleView& view_;
  double pixel_;
};

}  // namespace

std::array<std::uint8_t, 3> keypoint_color(const std::vector<std::array<std::uint8_t, 3>>& given,
                                           std::size_t k) {
  // One colour for all tells nobody which point is which.
  const bool different = std::adjacent_find(given.begin(), given.end(), std::not_equal_to<>()) != given.end();
  if (different && k < given.size()) return given[k];
  const double hue = 6 * std::fmod(0.618034 * static_cast<double>(k), 1.0);
  std::array<std::uint8_t, 3> rgb{};
  const double shift[] = {0, 4, 2};
  for (std::size_t c = 0; c < 3; ++c) {
    const double x = std::fmod(hue + shift[c], 6.0);
    rgb[c] = static_cast<std::uint8_t>(std::lround(40 + 215 * std::clamp(std::abs(x - 3) - 1, 0.0, 1.0)));
  }
  return rgb;
}

std::string keypoint_legend(const std::vector<std::string>& names,
                            const std::vector<std::array<std::uint8_t, 3>>& colors) {
  std::string out = "<p class=\"legend\">";
  for (std::size_t k = 0; k < names.size(); ++k) {
    out += "<span><b style=\"background:" + colour_text(keypoint_color(colors, k)) + "\"></b>" +
           html_escape(names[k]) + "</span> ";
  }
  return out + "</p>\n";
}

std::string sample_figure(const SampleView& view, int width) {
  const auto& [x, y, w, h] = view.shown;
  if (!(w > 0) || !(h > 0)) return {};
  const double height = std::clamp(width * h / w, 20.0, 4.0 * width);
  const Drawing drawing(view, w / width);
  return "<figure><svg viewBox=\"" + num(x - 0.5) + " " + num(y - 0.5) + " " + num(w) + " " + num(h) +
         "\" width=\"" + std::to_string(width) + "\" height=\"" + std::to_string(std::lround(height)) +
         "\">" + drawing.layers() + drawing.box() + drawing.skeleton() + drawing.points() +
         "</svg><figcaption>" + html_escape(view.caption) + "</figcaption></figure>\n";
}

}  // namespace ph
