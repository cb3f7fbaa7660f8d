#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace ph {

/// Heatmaps as mmpose's encoding "MSRA" draws them (Xiao et al., "Simple baselines for human pose
/// estimation and tracking", 2018): an unnormalised Gaussian, 1 at its centre, cut off at 3 sigma, whose
/// centre is rounded to a whole heatmap pixel. Const members are safe from any thread.
class MsraTarget {
 public:
  static constexpr double max_sigma = 100;

  /// `image_size` and `heatmap_size` are width, height; `sigma` in heatmap pixels, in (0, max_sigma].
  MsraTarget(std::array<std::int64_t, 2> image_size, std::array<std::int64_t, 2> heatmap_size, double sigma);

  /// Pixels of one heatmap.
  [[nodiscard]] std::size_t plane() const noexcept;

  /// `joints`: 2 K, x and y in pixels of the crop. `visible`: K. Writes all of `target` (K x h x w) and
  /// `weight` (K): the visibility, or 0 where no part of the Gaussian falls into the heatmap.
  void encode(std::span<const float> joints, std::span<const float> visible, std::span<float> target,
              std::span<float> weight) const;

 private:
  void draw(std::array<std::int64_t, 2> low, std::array<std::int64_t, 2> high,
            std::span<float> heatmap) const;

  std::array<double, 2> stride_;  // crop pixels per heatmap pixel
  std::array<std::int64_t, 2> size_;
  double reach_;              // 3 sigma
  std::int64_t patch_side_;   // pixels
  std::vector<float> patch_;  // patch_side_ x patch_side_
};

}  // namespace ph
