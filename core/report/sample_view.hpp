#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ph {

/// A picture with points on it, to be drawn. All coordinates are pixels of one system, the centre of the top left pixel being (0, 0).
struct SampleView {
  /// An embedded picture and the rectangle that it covers: x, y, width, height in pixels.
  struct Layer {
    std::string uri;
    std::array<double, 4> place{};
    double opacity = 1;
    bool smooth = false;  ///< interpolated where it is enlarged
  };
  std::vector<Layer> layers;               ///< from below; none: a plain ground
  std::array<double, 4> shown{};           ///< the part that is shown: x, y, width, height
  std::vector<std::array<double, 2>> box;  ///< corners of the box, in turn; may be empty
  std::vector<float> truth, visible;       ///< 2 K and K, 0: not labelled; may be empty
  std::vector<float> predicted;            ///< 3 K: x, y, score; may be empty
  std::vector<std::string> names;          ///< K
  std::vector<std::pair<int, int>> skeleton;
  std::vector<std::array<std::uint8_t, 3>> colors;  ///< K, or fewer: then made
  std::string caption;
};

/// A figure of `width` pixels: true points as rings, predicted ones as dots, a line from one to the other; the skeleton through the
/// predicted points, or the true ones where there are none. Names show under the mouse. Equal input gives equal text.
[[nodiscard]] std::string sample_figure(const SampleView& view, int width);

/// Names beside dots in their colours.
[[nodiscard]] std::string keypoint_legend(const std::vector<std::string>& names,
                                          const std::vector<std::array<std::uint8_t, 3>>& colors);

/// The colour of keypoint `k`: given, where not all are alike, else of a circle of hues.
[[nodiscard]] std::array<std::uint8_t, 3> keypoint_color(
    const std::vector<std::array<std::uint8_t, 3>>& given, std::size_t k);

}  // namespace ph
