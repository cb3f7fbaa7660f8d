#pragma once
#include "codec/target_codec.hpp"

namespace ph {

/// mmpose's encoding "MSRA" with unbiased_encoding (Zhang et al., "Distribution-aware coordinate
/// representation for human pose estimation", 2020, known as DARK): the Gaussian exp(-d^2 / (2 sigma^2))
/// around the keypoint itself, not around its pixel, over the whole heatmap. Weight: the visibility, or 0
/// where the keypoint is more than 3 sigma (and a pixel, on the left and upper side) outside.
class UnbiasedTarget final : public HeatmapCodec {
 public:
  /// `sigma` in heatmap pixels, in (0, MsraTarget::max_sigma].
  UnbiasedTarget(const TargetSize& size, double sigma);
  void encode(std::span<const float> joints, std::span<const float> visible, std::span<float> target,
              std::span<float> weight) const override;

 private:
  std::array<double, 2> stride_;  // crop pixels per heatmap pixel
  double sigma_;
};

}  // namespace ph
