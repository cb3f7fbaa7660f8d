#pragma once
#include "codec/target_codec.hpp"

namespace ph {

/// Coordinates for regression (mmpose's TopDownGenerateTargetRegression): x over the crop's width, y over
/// its height. K x 2 and K x 2, the weights of x and y being equal: the visibility, or 0 for a keypoint
/// outside of the crop (x below 0 or above width - 1, y likewise).
class CoordinateTarget final : public TargetCodec {
 public:
  explicit CoordinateTarget(std::array<std::int64_t, 2> crop)
      : width_(static_cast<float>(crop[0])), height_(static_cast<float>(crop[1])) {}
  [[nodiscard]] TargetShapes shapes(std::int64_t keypoints) const override {
    return {{keypoints, 2}, {keypoints, 2}};
  }
  void encode(std::span<const float> joints, std::span<const float> visible, std::span<float> target,
              std::span<float> weight) const override;

 private:
  float width_, height_;
};

}  // namespace ph
