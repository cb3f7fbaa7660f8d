#pragma once
#include "codec/target_codec.hpp"

namespace ph {

/// mmpose's encoding "Megvii" (Li et al., "Rethinking on multi-stage networks for human pose estimation",
/// 2019): a single pixel, blurred with OpenCV's Gaussian kernel of `kernel` pixels, scaled so that the
/// pixel is 255. Weight: the visibility, or 0 where the keypoint is outside.
class MegviiTarget final : public HeatmapCodec {
 public:
  /// `kernel`: width, height of the blur; odd, at least 1.
  MegviiTarget(const TargetSize& size, std::array<std::int64_t, 2> kernel);
  void encode(std::span<const float> joints, std::span<const float> visible, std::span<float> target,
              std::span<float> weight) const override;

 private:
  std::array<double, 2> stride_;
  std::array<std::vector<float>, 2> kernel_;  // for x and y
};

}  // namespace ph
