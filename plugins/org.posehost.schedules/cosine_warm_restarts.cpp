// SPDX-License-Identifier: Apache-2.0
//
// torch's CosineAnnealingWarmRestarts: half a cosine again and again, each T_mult times as long as the one
// before.
#include "anneal.hpp"
#include "progress.hpp"

namespace {

class CosineAnnealingWarmRestarts final : public ph::Schedule {
 public:
  static constexpr auto info =
      ph::component("CosineAnnealingWarmRestarts", "half a cosine again and again, ever longer (torch)");
  static constexpr auto args =
      ph::args(ph::arg<std::int64_t>("T_0", ph::required, ph::at_least(1), "length of the first period"),
               ph::arg<std::int64_t>("T_mult", 1, ph::at_least(1), "factor from one period to the next"),
               ph::arg<double>("eta_min", 0.0, "lowest value"), by_epoch_arg);

  explicit CosineAnnealingWarmRestarts(const ph::Config& config)
      : first_{config.get<std::int64_t>("T_0")},
        factor_{config.get<std::int64_t>("T_mult")},
        lowest_{config.get<double>("eta_min")},
        progress_{config} {}

  void check(const ph::SchedulePoint& run) const override { progress_.check(run); }

  double value(const ph::SchedulePoint& at) const noexcept override {
    std::int64_t within = progress_.now(at), length = first_;
    if (factor_ == 1) within %= length;
    while (within >= length) {
      within -= length;
      if (__builtin_mul_overflow(length, factor_, &length)) break;  // longer than any run
    }
    const double done = static_cast<double>(within) / static_cast<double>(length);
    return anneal_cos(at.base, lowest_, done);
  }

 private:
  std::int64_t first_, factor_;
  double lowest_;
  Progress progress_;
};

}  // namespace

POSEHOST_COMPONENT(CosineAnnealingWarmRestarts);
