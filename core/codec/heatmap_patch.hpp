#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>

namespace ph {

/// The square of heatmap pixels that a Gaussian, cut off at 3 sigma, may cover: from `low`, which may lie
/// outside, up to and without `high`.
struct HeatmapPatch {
  std::array<std::int64_t, 2> low{}, high{};
  std::array<std::int64_t, 2> centre{};  ///< the keypoint's pixel

  /// `at` is the keypoint in pixels of the heatmap. Rounded as mmpose does it, by cutting off at zero:
  /// int(at + 0.5), int(centre -+ reach). Nothing when no pixel of the heatmap of `size` is within reach.
  [[nodiscard]] static std::optional<HeatmapPatch> around(const std::array<double, 2>& at, double reach,
                                                          const std::array<std::int64_t, 2>& size) {
    // Beyond this a keypoint is far outside of any heatmap, and a conversion to int would be undefined.
    constexpr double far_away = 1e9;
    HeatmapPatch patch;
    for (std::size_t i = 0; i < 2; ++i) {
      if (!(std::abs(at[i]) < far_away)) return std::nullopt;
      patch.centre[i] = static_cast<std::int64_t>(at[i] + 0.5);
      const auto centre = static_cast<double>(patch.centre[i]);
      patch.low[i] = static_cast<std::int64_t>(centre - reach);
      patch.high[i] = static_cast<std::int64_t>(centre + reach + 1);
      if (patch.low[i] >= size[i] || patch.high[i] < 0) return std::nullopt;
    }
    return patch;
  }

  /// First pixel, and one past the last, that lie both in the heatmap and within `side` of `low`.
  [[nodiscard]] std::int64_t first(std::size_t axis) const { return std::max<std::int64_t>(0, low[axis]); }
  [[nodiscard]] std::int64_t last(std::size_t axis, std::int64_t size, std::int64_t side) const {
    return std::min({high[axis], size, low[axis] + side});
  }
};

}  // namespace ph
