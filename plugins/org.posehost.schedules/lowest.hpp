// SPDX-License-Identifier: Apache-2.0
//
// The lowest value of a schedule: mmcv calls it min_lr in lr_config, min_momentum in momentum_config; for
// other hyper-parameters, and wherever one likes, it is min_value. With "_ratio" it is a share of the base
// value. An absolute one is the same for all parameter groups, whatever their own base (mmcv's rule).
#pragma once
#include <optional>
#include <string>

#include <posehost/schedule.hpp>

constexpr auto min_lr_arg = ph::arg<std::optional<double>>("min_lr", ph::null, "lowest learning rate");
constexpr auto min_momentum_arg =
    ph::arg<std::optional<double>>("min_momentum", ph::null, "lowest momentum, in momentum_config");
constexpr auto min_value_arg =
    ph::arg<std::optional<double>>("min_value", ph::null, "lowest value, of any hyper-parameter");
constexpr auto min_lr_ratio_arg =
    ph::arg<std::optional<double>>("min_lr_ratio", ph::null, "lowest learning rate, as a share of the first");
constexpr auto min_momentum_ratio_arg = ph::arg<std::optional<double>>(
    "min_momentum_ratio", ph::null, "lowest momentum, as a share of the first, in momentum_config");
constexpr auto min_value_ratio_arg =
    ph::arg<std::optional<double>>("min_value_ratio", ph::null, "lowest value, as a share of the first");

class Lowest {
 public:
  // Reads whichever of the arguments the component has and the config gives. Throws if more than one is
  // given.
  explicit Lowest(const ph::Config& config) {
    for (const char* name :
         {"min_lr", "min_momentum", "min_value", "min_lr_ratio", "min_momentum_ratio", "min_value_ratio"}) {
      if (!config.has(name)) continue;
      if (given())
        throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                          name_ + " and " + name + " are given; expected one of them");
      name_ = name;
      number_ = config.get<double>(name);
    }
  }

  bool given() const noexcept { return !name_.empty(); }

  // Throws unless one is given.
  void require() const {
    if (!given())
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "no lowest value; expected min_lr or min_lr_ratio, for momentum min_momentum or "
                        "min_momentum_ratio");
  }

  // Throws if the argument is the one for another hyper-parameter.
  void check(const ph::SchedulePoint& run) const {
    const std::string own = run.role == PH_ROLE_LR         ? "min_lr"
                            : run.role == PH_ROLE_MOMENTUM ? "min_momentum"
                                                           : "min_value";
    if (!given() || name_.rfind("min_value", 0) == 0 || name_.rfind(own, 0) == 0) return;
    throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                      name_ + " does not belong here; expected " + own + (is_ratio() ? "_ratio" : ""));
  }

  // Only if given().
  double value(double base) const noexcept { return is_ratio() ? base * number_ : number_; }

 private:
  bool is_ratio() const noexcept { return name_.find("ratio") != std::string::npos; }
  std::string name_;
  double number_ = 0;
};
