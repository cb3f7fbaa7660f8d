#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/image.hpp"
#include "data/instance.hpp"

namespace ph {

/// Floats that a transform makes: in memory of their own, or straight in a batch. Cleared and filled
/// again for each sample, so that nothing is allocated once the first samples are through.
class SampleArray {
 public:
  /// The next resize() to `place.size()` elements uses `place`; an empty span: own memory.
  void put_at(std::span<float> place) noexcept { place_ = place; }
  /// `count` elements; what they hold is undefined.
  std::span<float> resize(std::size_t count) {
    if (count == place_.size()) return values_ = place_;
    own_.resize(count);
    return values_ = own_;
  }
  void clear() noexcept { values_ = {}; }
  [[nodiscard]] std::span<float> values() noexcept { return values_; }
  [[nodiscard]] std::span<const float> values() const noexcept { return values_; }

 private:
  std::span<float> place_, values_;
  std::vector<float> own_;
};

struct Sample;

/// Where a sample's picture comes from when it is decoded only once somebody knows which part is wanted.
class ImageSource {
 public:
  virtual ~ImageSource() = default;
  /// The picture of `sample`'s instance, of which only the pixels of `wanted` need be right (empty: all).
  /// Throws Error(data) naming the image.
  [[nodiscard]] virtual std::shared_ptr<const Image> picture(Sample& sample, const Region& wanted) const = 0;
};

/// What flows through a pipeline: one instance, its picture and what has been made of them. Can be moved,
/// not copied, and be used for many instances, one after the other, by one thread.
struct Sample {
  std::int64_t index = 0;              ///< in the data set
  const Instance* instance = nullptr;  ///< owned by the data set

  /// Current picture: the whole image, after TopDownAffine the crop. May be shared: never written to. Null
  /// while `source` is set: then it is still to be decoded, and mirrored if `mirrored` says so.
  std::shared_ptr<const Image> image;
  const ImageSource* source = nullptr;
  bool mirrored = false;
  std::vector<float> joints;   ///< 2 K: x, y in pixels of `image`
  std::vector<float> visible;  ///< K: 0 or 1
  /// Crop in the image; scale in units of 200 pixels, as mmpose 0.x.
  std::array<float, 2> center{}, scale{};
  double rotation = 0;  ///< degrees

  SampleArray img;            ///< 3 x H x W
  SampleArray target;         ///< as the codec says, for example K x h x w
  SampleArray target_weight;  ///< K x 1, or as the codec says

  Sample() = default;
  Sample(Sample&&) = default;
  Sample& operator=(Sample&&) = default;

  /// A picture to write to that nobody else holds, from earlier ones where possible.
  [[nodiscard]] std::shared_ptr<Image> spare_image() {
    for (auto& one : spare_) {
      if (one.use_count() == 1) return one;
    }
    return spare_.emplace_back(std::make_shared<Image>());
  }

 private:
  std::vector<std::shared_ptr<Image>> spare_;
};

/// Shapes of the arrays of every sample of a data set, without the batch dimension; empty: not made.
struct SampleShapes {
  std::vector<std::int64_t> img, target, target_weight;
};

}  // namespace ph
