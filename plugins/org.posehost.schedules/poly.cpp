// SPDX-License-Identifier: Apache-2.0
//
// mmcv's poly policy: (base - min) * (1 - share of the run)^power + min.
#include <cmath>

#include "lowest.hpp"
#include "progress.hpp"

namespace {

class Poly final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("Poly", "polynomial decay over the run");
  static constexpr auto args =
      ph::args(ph::arg<double>("power", 1.0, ph::above(0), "exponent of the decay; 1 is a straight line"),
               ph::arg<std::optional<double>>("min_lr", ph::null, "lowest learning rate; by default 0"),
               min_momentum_arg, min_value_arg, by_epoch_arg);

  explicit Poly(const ph::Config& config)
      : power_{config.get<double>("power")}, lowest_{config}, progress_{config} {}

  void check(const ph::SchedulePoint& run) const override {
    lowest_.check(run);
    progress_.check(run);
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    const double lowest = lowest_.given() ? lowest_.value(at.base) : 0;
    return (at.base - lowest) * std::pow(1 - progress_.share(at), power_) + lowest;
  }

 private:
  double power_;
  Lowest lowest_;
  Progress progress_;
};

}  // namespace

POSEHOST_COMPONENT(Poly);
