// SPDX-License-Identifier: Apache-2.0
//
// mmcv's exp policy: base * gamma^progress.
#include <cmath>

#include "progress.hpp"

namespace {

class Exp final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("Exp", "multiplied by gamma every epoch or iteration");
  static constexpr auto args = ph::args(
      ph::arg<double>("gamma", ph::required, ph::above(0), "factor of one epoch or iteration"), by_epoch_arg);

  explicit Exp(const ph::Config& config) : gamma_{config.get<double>("gamma")}, progress_{config} {}

  void check(const ph::SchedulePoint& run) const override {
    progress_.check(run);
    const auto end = static_cast<double>(progress_.end(run));
    if (!std::isfinite(run.base * std::pow(gamma_, end)))
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "gamma " + std::to_string(gamma_) +
                                                     " grows beyond all numbers in this run; expected a "
                                                     "factor near 1");
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    return at.base * std::pow(gamma_, static_cast<double>(progress_.now(at)));
  }

 private:
  double gamma_;
  Progress progress_;
};

}  // namespace

POSEHOST_COMPONENT(Exp);
