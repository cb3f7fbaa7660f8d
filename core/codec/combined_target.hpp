#pragma once
#include "codec/target_codec.hpp"

namespace ph {

/// UDP's target_type "CombinedTarget" (source as in udp_target.hpp): three planes a keypoint, 3 K x h x w.
/// A disc of ones around the keypoint, and within it the way to the keypoint in x and in y, in units of
/// the disc's radius (-1 to 1). Weight: the visibility, however far outside the keypoint is.
class CombinedTarget final : public TargetCodec {
 public:
  /// `radius` of the disc in heatmap pixels; all sizes are 2 at least. With `everywhere` the ways are
  /// given for the whole plane (mmpose 1.x), not only within the disc (0.x).
  CombinedTarget(const TargetSize& size, double radius, bool everywhere);
  [[nodiscard]] TargetShapes shapes(std::int64_t keypoints) const override;
  void encode(std::span<const float> joints, std::span<const float> visible, std::span<float> target,
              std::span<float> weight) const override;

  /// mmpose takes `factor` of the heatmap's height (0.x) or of its longer side (1.x).
  [[nodiscard]] static double radius_of(double factor, std::int64_t width, std::int64_t height,
                                        bool of_longer_side);

 private:
  TargetSize size_;
  std::array<double, 2> stride_;
  double radius_;
  bool everywhere_;
};

}  // namespace ph
