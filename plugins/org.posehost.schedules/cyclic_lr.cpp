// SPDX-License-Identifier: Apache-2.0
//
// torch's CyclicLR: straight up and down between two values, every so many iterations. In momentum_config
// the momentum goes the other way. torch's scale_fn is a function and has no place in a config.
#include <cmath>

#include "per_group.hpp"
#include "progress.hpp"

namespace {

class CyclicLR final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("CyclicLR", "straight up and down between two values (torch)");
  static constexpr auto args = ph::args(
      ph::raw_arg("base_lr", OPTIONAL_PER_GROUP_SCHEMA, "lowest learning rate, in lr_config"),
      ph::raw_arg("max_lr", OPTIONAL_PER_GROUP_SCHEMA, "highest learning rate, in lr_config"),
      ph::arg<std::int64_t>("step_size_up", 2000, ph::at_least(1), "iterations up"),
      ph::arg<std::optional<std::int64_t>>("step_size_down", ph::null, ph::at_least(1),
                                           "iterations down; by default as many as up"),
      ph::arg<std::string>("mode", "triangular", ph::one_of("triangular", "triangular2", "exp_range"),
                           "height: always the same, halved each cycle, or gamma^iteration"),
      ph::arg<double>("gamma", 1.0, ph::above(0), "of exp_range"),
      ph::raw_arg("base_momentum", OPTIONAL_PER_GROUP_SCHEMA,
                  "lowest momentum, in momentum_config; by default 0.8"),
      ph::raw_arg("max_momentum", OPTIONAL_PER_GROUP_SCHEMA,
                  "highest momentum, in momentum_config; by default 0.9"),
      by_iteration_arg);

  explicit CyclicLR(const ph::Config& config)
      : base_lr_{config, "base_lr"},
        max_lr_{config, "max_lr"},
        base_momentum_{config, "base_momentum", 0.8},
        max_momentum_{config, "max_momentum", 0.9},
        up_{static_cast<double>(config.get<std::int64_t>("step_size_up"))},
        down_{static_cast<double>(config.get<std::optional<std::int64_t>>("step_size_down")
                                      .value_or(config.get<std::int64_t>("step_size_up")))},
        mode_{config.get<std::string>("mode")},
        gamma_{config.get<double>("gamma")} {
    refuse_by_epoch(config);
  }

  void check(const ph::SchedulePoint& run) const override {
    const bool lr = run.role == PH_ROLE_LR;
    if (!lr && run.role != PH_ROLE_MOMENTUM)
      throw ph::Failure(PH_ERR_UNSUPPORTED, "it drives lr and momentum; expected another schedule");
    for (const auto* values : {&base_lr_, &max_lr_, &base_momentum_, &max_momentum_}) {
      values->check(run);
      const bool of_lr = values == &base_lr_ || values == &max_lr_;
      if (values->given() && of_lr != lr)
        throw ph::Failure(PH_ERR_INVALID_ARGUMENT, values->name() + " does not belong here; expected it in " +
                                                       (lr ? "momentum_config" : "lr_config"));
      if (lr && of_lr && !values->given())
        throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "no " + values->name() + "; expected base_lr and max_lr");
    }
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    const double now = static_cast<double>(at.iter), length = up_ + down_;
    const double cycle = std::floor(1 + now / length);
    const double x = 1 + now / length - cycle, turn = up_ / length;
    const double height = x <= turn ? x / turn : (x - 1) / (turn - 1);
    if (at.role == PH_ROLE_LR) {
      const double base = base_lr_[at.group];
      return base + (max_lr_[at.group] - base) * height * scale(cycle, now);
    }
    const double top = max_momentum_[at.group];
    return top - (top - base_momentum_[at.group]) * height * scale(cycle, now);
  }

 private:
  double scale(double cycle, double now) const noexcept {
    if (mode_ == "triangular2") return 1 / std::pow(2.0, cycle - 1);
    return mode_ == "exp_range" ? std::pow(gamma_, now) : 1;
  }

  PerGroup base_lr_, max_lr_, base_momentum_, max_momentum_;
  double up_, down_;
  std::string mode_;
  double gamma_;
};

}  // namespace

POSEHOST_COMPONENT(CyclicLR);
