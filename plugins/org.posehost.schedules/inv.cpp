// SPDX-License-Identifier: Apache-2.0
//
// mmcv's inv policy: base * (1 + gamma * progress)^-power.
#include <cmath>

#include "progress.hpp"

namespace {

class Inv final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("Inv", "falls like one over the progress");
  static constexpr auto args =
      ph::args(ph::arg<double>("gamma", ph::required, ph::at_least(0), "how fast it falls"),
               ph::arg<double>("power", 1.0, "exponent of the fall"), by_epoch_arg);

  explicit Inv(const ph::Config& config)
      : gamma_{config.get<double>("gamma")}, power_{config.get<double>("power")}, progress_{config} {}

  void check(const ph::SchedulePoint& run) const override { progress_.check(run); }

  double value(const ph::SchedulePoint& at) const noexcept override {
    return at.base * std::pow(1 + gamma_ * static_cast<double>(progress_.now(at)), -power_);
  }

 private:
  double gamma_, power_;
  Progress progress_;
};

}  // namespace

POSEHOST_COMPONENT(Inv);
