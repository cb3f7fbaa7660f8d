// SPDX-License-Identifier: MIT
//
// Draft: base class of metrics (abi_draft.h).
#pragma once
#include <string>
#include <string_view>

#include <posehost/abi_draft.h>
#include <posehost/plugin.hpp>

namespace ph {

struct MetricKind;

// All instances of a data set with what the network says about them. Valid during the call that gets it.
class Judged {
 public:
  explicit Judged(const ph_metric_args* args) noexcept : args_(detail::read_struct(args)) {}

  // Arrays and numbers: see ph_metric_args in abi_draft.h.
  const ph_metric_args& all() const noexcept { return args_; }
  std::int64_t size() const noexcept { return args_.n; }
  std::int64_t keypoints() const noexcept { return args_.n_keypoints; }
  // Whether keypoint k of instance i can be judged: labelled, and predicted.
  bool labelled(std::int64_t i, std::int64_t k) const noexcept {
    return args_.visible[i * args_.n_keypoints + k] > 0;
  }
  // Of keypoint k of instance i: x, y, score; NaN without a prediction.
  const float* predicted(std::int64_t i, std::int64_t k) const noexcept {
    return args_.predicted + 3 * (i * args_.n_keypoints + k);
  }
  // x, y
  const float* truth(std::int64_t i, std::int64_t k) const noexcept {
    return args_.truth + 2 * (i * args_.n_keypoints + k);
  }
  // x, y, width, height
  const double* bbox(std::int64_t i) const noexcept { return args_.bbox + 4 * i; }

  // Gives a figure. Throws Failure for a name that the host does not take.
  void report(std::string_view name, double value) const {
    const auto status = args_.report(args_.ctx, detail::to_ph(name), value);
    if (status != PH_OK) throw Failure(status, "the host does not take figure \"" + std::string(name) + "\"");
  }

 private:
  ph_metric_args args_;
};

class PoseMetric {
 public:
  using PluginKind = MetricKind;
  virtual ~PoseMetric() = default;

  // Reports at least one figure; the same for the same arguments. [main]
  virtual void evaluate(const Judged& judged) const = 0;
};

struct MetricKind {
  static constexpr std::string_view id = PH_KIND_METRIC;
  template <class T>
  using Instance = detail::Instance<T>;

  template <class T>
  static std::int32_t evaluate(const void* self, const ph_metric_args* args) noexcept {
    const auto& instance = *static_cast<const Instance<T>*>(self);
    return detail::guarded(instance.host, [&] { instance.object->evaluate(Judged(args)); });
  }
  template <class T>
  static constexpr ph_metric_api table{sizeof(ph_metric_api), 0, &detail::destroy<T>, &evaluate<T>};
};

}  // namespace ph
