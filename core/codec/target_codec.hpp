#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace ph {

/// Sizes that every codec is made with, in pixels: width, height.
struct TargetSize {
  std::array<std::int64_t, 2> crop{}, heatmap{};
};

/// Crop pixels per heatmap pixel. UDP counts otherwise: udp_stride().
[[nodiscard]] inline std::array<double, 2> stride_of(const TargetSize& size) {
  return {static_cast<double>(size.crop[0]) / static_cast<double>(size.heatmap[0]),
          static_cast<double>(size.crop[1]) / static_cast<double>(size.heatmap[1])};
}

/// Shapes of what a codec makes for one sample, without the batch dimension.
struct TargetShapes {
  std::vector<std::int64_t> target, weight;
};

/// Draws what a network should give for the keypoints of one crop. Const members are safe from any thread.
class TargetCodec {
 public:
  virtual ~TargetCodec() = default;

  /// For `keypoints` (K) of them. Heatmap codecs: K x h x w and K x 1.
  [[nodiscard]] virtual TargetShapes shapes(std::int64_t keypoints) const = 0;

  /// `joints`: 2 K, x and y in pixels of the crop, whatever numbers they are. `visible`: K, 0 or 1. Writes
  /// all of `target` and `weight`, which have the sizes of shapes().
  virtual void encode(std::span<const float> joints, std::span<const float> visible, std::span<float> target,
                      std::span<float> weight) const = 0;

 protected:
  TargetCodec() = default;
  TargetCodec(const TargetCodec&) = default;
  TargetCodec& operator=(const TargetCodec&) = default;
};

/// Heatmaps of one plane a keypoint, drawn one by one.
class HeatmapCodec : public TargetCodec {
 public:
  explicit HeatmapCodec(std::array<std::int64_t, 2> heatmap_size) : size_(heatmap_size) {}
  [[nodiscard]] TargetShapes shapes(std::int64_t keypoints) const override {
    return {{keypoints, size_[1], size_[0]}, {keypoints, 1}};
  }
  /// Pixels of one heatmap.
  [[nodiscard]] std::size_t plane() const noexcept { return static_cast<std::size_t>(size_[0] * size_[1]); }

 protected:
  std::array<std::int64_t, 2> size_;  // width, height of a heatmap
};

}  // namespace ph
