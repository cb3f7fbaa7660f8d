// SPDX-License-Identifier: Apache-2.0
//
// mmcv's warm-up: for the first iterations the value of the schedule before it in the chain, times a
// factor that rises from `ratio`. For momentum the factor divides. mmcv keeps the policy's own count: its
// progress includes the warm-up.
#include <algorithm>
#include <cmath>
#include <string>

#include <posehost/schedule.hpp>

namespace {

class Warmup final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("Warmup", "eases another schedule in over the first iterations");
  static constexpr auto args =
      ph::args(ph::arg<std::string>("mode", ph::required, ph::one_of("constant", "linear", "exp"),
                                    "how the factor rises"),
               ph::arg<std::int64_t>("iters", ph::required, ph::above(0), "length in iterations"),
               ph::arg<double>("ratio", 0.1, ph::above(0), ph::at_most(1), "factor at the first iteration"),
               ph::arg<bool>("by_epoch", false, "iters counts epochs"),
               ph::arg<bool>("inverse", false, "divide by the factor: for momentum"));

  explicit Warmup(const ph::Config& config)
      : mode_{config.get<std::string_view>("mode")[0]},
        length_{config.get<std::int64_t>("iters")},
        ratio_{config.get<double>("ratio")},
        by_epoch_{config.get<bool>("by_epoch")},
        inverse_{config.get<bool>("inverse")} {}

  void check(const ph::SchedulePoint& run) const override {
    // Divided, because the product may not fit.
    const auto most =
        by_epoch_ ? run.max_iters / std::max<std::int64_t>(1, run.iters_per_epoch) : run.max_iters;
    if (length_ <= most) return;
    const std::string unit = by_epoch_ ? " epochs" : " iterations";
    throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "warm-up of " + std::to_string(length_) + unit +
                                                   ", the run has " + std::to_string(most) +
                                                   "; expected a shorter warm-up");
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    const double iter = static_cast<double>(at.iter);
    const double length =
        static_cast<double>(length_) * (by_epoch_ ? static_cast<double>(at.iters_per_epoch) : 1.0);
    if (iter >= length) return at.prev;
    return inverse_ ? at.prev / factor(iter / length) : at.prev * factor(iter / length);
  }

 private:
  double factor(double done) const noexcept {
    switch (mode_) {
      case 'l':
        return 1 - (1 - done) * (1 - ratio_);
      case 'e':
        return std::pow(ratio_, 1 - done);
      default:
        return ratio_;
    }
  }

  char mode_;
  std::int64_t length_;
  double ratio_;
  bool by_epoch_, inverse_;
};

}  // namespace

POSEHOST_COMPONENT(Warmup);
