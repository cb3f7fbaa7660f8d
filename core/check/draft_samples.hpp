#pragma once
#include <posehost/abi_draft.h>

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "data/rng.hpp"
#include "plugin/instance.hpp"

namespace ph {

/// A made-up data set of `n` instances of `k` keypoints; every third instance has no prediction.
struct SampleAnswers {
  static constexpr float no_number = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> predicted, truth, visible;
  std::vector<double> bbox;
  std::vector<std::int64_t> image_id;
  std::vector<std::string> names;
  std::vector<ph_str> name_list;
  std::map<std::string, double> figures;

  SampleAnswers(std::uint64_t seed, std::int64_t n, std::int64_t k) {
    Rng random({seed});
    for (std::int64_t i = 0; i < n; ++i) {
      image_id.push_back(i / 2);
      bbox.insert(bbox.end(), {10, 20, 100 + random.uniform(), i == 0 ? 0.0 : 50.0});
      for (std::int64_t j = 0; j < k; ++j) {
        const auto x = static_cast<float>(random.uniform(0, 200)),
                   y = static_cast<float>(random.uniform(0, 100));
        truth.insert(truth.end(), {x, y});
        visible.push_back(random.uniform() < 0.7 ? 1 : 0);
        const bool none = i % 3 == 2;
        predicted.insert(predicted.end(),
                         {none ? no_number : x + 3, none ? no_number : y - 4, none ? no_number : 0.5F});
      }
    }
    for (std::int64_t j = 0; j < k; ++j) names.push_back("point " + std::to_string(j));
    for (const auto& name : names) name_list.push_back(to_ph(name));
  }
  [[nodiscard]] ph_metric_args args() {
    ph_metric_args args{};
    args.size = sizeof args;
    args.n = static_cast<std::int64_t>(image_id.size());
    args.n_keypoints = static_cast<std::int64_t>(names.size());
    args.predicted = predicted.data();
    args.truth = truth.data();
    args.visible = visible.data();
    args.bbox = bbox.data();
    args.image_id = image_id.data();
    args.keypoint_name = name_list.data();
    args.ctx = &figures;
    args.report = [](void* ctx, ph_str name, double value) noexcept -> std::int32_t {
      if (name.len < 1) return PH_ERR_INVALID_ARGUMENT;
      auto& all = *static_cast<std::map<std::string, double>*>(ctx);
      return all.try_emplace(std::string{from_ph(name)}, value).second ? PH_OK : PH_ERR_INVALID_ARGUMENT;
    };
    return args;
  }
};

/// A crop in memory of its own with guards around it and between its rows.
class SampleCrop {
 public:
  SampleCrop(std::int64_t width, std::int64_t height, std::int64_t channels, std::int64_t k,
             std::uint64_t seed)
      : width_(width),
        height_(height),
        channels_(channels),
        random_({seed}),
        bytes_(before + height * stride() + gap, guard),
        joints_(static_cast<std::size_t>(2 * k + 2), guard_number),
        visible_(static_cast<std::size_t>(k + 2), guard_number) {
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t i = 0; i < width * channels; ++i)
        at(y, i) = static_cast<std::uint8_t>((37 * y + 11 * i) % 251);
    for (std::size_t i = 1; i + 1 < joints_.size(); ++i) joints_[i] = static_cast<float>(i);
    for (std::size_t i = 1; i + 1 < visible_.size(); ++i) visible_[i] = static_cast<float>(i % 2);
  }
  [[nodiscard]] ph_transform_args args() {
    ph_transform_args args{};
    args.size = sizeof args;
    args.pixels = &at(0, 0);
    args.width = width_;
    args.height = height_;
    args.channels = channels_;
    args.row_bytes = stride();
    args.joints = joints_.data() + 1;
    args.visible = visible_.data() + 1;
    args.n_keypoints = static_cast<std::int64_t>(visible_.size()) - 2;
    args.ctx = &random_;
    args.uniform = [](void* ctx) noexcept { return static_cast<Rng*>(ctx)->uniform(); };
    return args;
  }
  [[nodiscard]] bool guards_stand() const {
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      const auto inside = static_cast<std::int64_t>(i) - before;
      if (inside >= 0 && inside < height_ * stride() && inside % stride() < width_ * channels_) continue;
      if (bytes_[i] != guard) return false;
    }
    return joints_.front() == guard_number && joints_.back() == guard_number &&
           visible_.front() == guard_number && visible_.back() == guard_number;
  }
  [[nodiscard]] bool operator==(const SampleCrop& other) const {
    return bytes_ == other.bytes_ && joints_ == other.joints_ && visible_ == other.visible_;
  }

 private:
  static constexpr std::int64_t before = 64, gap = 13;
  static constexpr std::uint8_t guard = 0xA5;
  static constexpr float guard_number = -12345;
  [[nodiscard]] std::int64_t stride() const { return width_ * channels_ + gap; }
  [[nodiscard]] std::uint8_t& at(std::int64_t y, std::int64_t i) {
    return bytes_[static_cast<std::size_t>(before + y * stride() + i)];
  }
  std::int64_t width_, height_, channels_;
  Rng random_;
  std::vector<std::uint8_t> bytes_;
  std::vector<float> joints_, visible_;
};

}  // namespace ph
