#pragma once
#include "codec/target_codec.hpp"

namespace ph {

/// Heatmaps as mmpose's encoding "MSRA" draws them (Xiao et al., "Simple baselines for human pose
/// estimation and tracking", 2018): an unnormalised Gaussian, 1 at its centre, cut off at 3 sigma, whose
/// centre is rounded to a whole heatmap pixel. A joint of whose Gaussian no part falls into the heatmap
/// gets weight 0, others their visibility.
class MsraTarget final : public HeatmapCodec {
 public:
  static constexpr double max_sigma = 100;

  /// `image_size` and `heatmap_size` are width, height; `sigma` in heatmap pixels, in (0, max_sigma].
  MsraTarget(std::array<std::int64_t, 2> image_size, std::array<std::int64_t, 2> heatmap_size, double sigma);

  void encode(std::span<const float> joints, std::span<const float> visible, std::span<float> target,
              std::span<float> weight) const override;

 private:
  std::array<double, 2> stride_;  // crop pixels per heatmap pixel
  double reach_;                  // 3 sigma
  std::int64_t patch_side_;       // pixels
  std::vector<float> patch_;      // patch_side_ x patch_side_
};

}  // namespace ph
