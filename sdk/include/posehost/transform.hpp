// SPDX-License-Identifier: MIT
//
// Draft: base class of transforms, steps of a data pipeline (abi_draft.h).
#pragma once
#include <string_view>

#include <posehost/abi_draft.h>
#include <posehost/plugin.hpp>

namespace ph {

struct TransformKind;

// A crop with its keypoints, to be changed in place. Valid during the call that gets it.
class Crop {
 public:
  explicit Crop(const ph_transform_args* args) noexcept : args_(detail::read_struct(args)) {}

  std::int64_t width() const noexcept { return args_.width; }
  std::int64_t height() const noexcept { return args_.height; }
  std::int64_t channels() const noexcept { return args_.channels; }
  // The pixels of a row: width() times channels() bytes.
  std::uint8_t* row(std::int64_t y) const noexcept { return args_.pixels + y * args_.row_bytes; }
  std::int64_t keypoints() const noexcept { return args_.n_keypoints; }
  // x, y of keypoint k in pixels of the crop.
  float* joint(std::int64_t k) const noexcept { return args_.joints + 2 * k; }
  // 0 not labelled, else 1.
  float& visible(std::int64_t k) const noexcept { return args_.visible[k]; }

  // The next random number in [0, 1); the only source of chance that a transform may use.
  double uniform() const noexcept { return args_.uniform(args_.ctx); }
  double uniform(double low, double high) const noexcept { return low + (high - low) * uniform(); }

 private:
  ph_transform_args args_;
};

class CropTransform {
 public:
  using PluginKind = TransformKind;
  virtual ~CropTransform() = default;

  // Changes one sample. A throw ends the run and names the image. [worker: several at once]
  virtual void apply(const Crop& crop) const = 0;
};

struct TransformKind {
  static constexpr std::string_view id = PH_KIND_TRANSFORM;
  template <class T>
  using Instance = detail::Instance<T>;

  template <class T>
  static std::int32_t apply(const void* self, const ph_transform_args* args) noexcept {
    const auto& instance = *static_cast<const Instance<T>*>(self);
    return detail::guarded(instance.host, [&] { instance.object->apply(Crop(args)); });
  }
  template <class T>
  static constexpr ph_transform_api table{sizeof(ph_transform_api), 0, &detail::destroy<T>, &apply<T>};
};

}  // namespace ph
