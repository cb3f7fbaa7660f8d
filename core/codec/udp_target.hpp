#pragma once
#include "codec/target_codec.hpp"

namespace ph {

/// mmpose's encoding "UDP" with Gaussian heatmaps (Huang et al., "The devil is in the details: delving
/// into unbiased data processing for human pose estimation", 2020). Sizes are counted in steps between
/// pixels: the stride is (crop - 1) / (heatmap - 1). The Gaussian lies around the keypoint itself and is
/// cut off at 3 sigma around the keypoint's pixel. Weights as in MsraTarget.
class UdpTarget final : public HeatmapCodec {
 public:
  /// `sigma` in heatmap pixels, in (0, MsraTarget::max_sigma]; all sizes are 2 at least.
  UdpTarget(const TargetSize& size, double sigma);
  void encode(std::span<const float> joints, std::span<const float> visible, std::span<float> target,
              std::span<float> weight) const override;

 private:
  std::array<double, 2> stride_;
  double sigma_;
};

/// Crop pixels per heatmap pixel as UDP counts them.
[[nodiscard]] std::array<double, 2> udp_stride(const TargetSize& size);

}  // namespace ph
