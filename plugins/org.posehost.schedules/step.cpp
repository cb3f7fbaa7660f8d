// SPDX-License-Identifier: Apache-2.0
//
// mmcv's step policy: base * gamma^k, where k counts the steps taken so far, not below the lowest value.
#include <algorithm>
#include <cmath>

#include "lowest.hpp"
#include "progress.hpp"

namespace {

class Step final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("Step", "multiplied by gamma at milestones, or every so often");
  static constexpr auto args = ph::args(
      ph::arg<ph::IntOrList>("step", ph::required, ph::above(0), "milestones, or the distance between steps"),
      ph::arg<std::optional<double>>("gamma", ph::null, ph::above(0),
                                     "factor of one step; by default 0.1, for momentum 0.5"),
      min_lr_arg, min_momentum_arg, min_value_arg, by_epoch_arg);

  explicit Step(const ph::Config& config)
      : step_{config.get<ph::IntOrList>("step")},
        gamma_{config.get<std::optional<double>>("gamma")},
        lowest_{config},
        progress_{config},
        host_{config.host()} {
    if (!std::is_sorted(step_.values.begin(), step_.values.end()))
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "milestones " + text() + "; expected them in ascending order");
  }

  void check(const ph::SchedulePoint& run) const override {
    lowest_.check(run);
    progress_.check(run);
    const auto end = progress_.end(run);
    const std::string unit = progress_.unit();
    // Not errors: people shorten a run without touching its milestones.
    if (step_.values.empty()) host_.warning("no milestones: the value stays as it is");
    for (const auto at : step_.values) {
      if (at < end) continue;
      const auto what = step_.is_list ? "step at " + unit + " " + std::to_string(at)
                                      : "step every " + std::to_string(at) + " " + unit + "s";
      host_.warning(what + " is never reached: the run has " + std::to_string(end));
    }
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    const double gamma = gamma_.value_or(at.role == PH_ROLE_MOMENTUM ? 0.5 : 0.1);
    const double value = at.base * std::pow(gamma, static_cast<double>(taken(progress_.now(at))));
    return lowest_.given() ? std::max(value, lowest_.value(at.base)) : value;
  }

 private:
  std::int64_t taken(std::int64_t now) const noexcept {
    if (!step_.is_list) return now / step_.values[0];
    return std::upper_bound(step_.values.begin(), step_.values.end(), now) - step_.values.begin();
  }
  std::string text() const {
    std::string all;
    for (const auto milestone : step_.values) all += (all.empty() ? "" : ", ") + std::to_string(milestone);
    return all;
  }

  ph::IntOrList step_;
  std::optional<double> gamma_;
  Lowest lowest_;
  Progress progress_;
  ph::Host host_;
};

}  // namespace

POSEHOST_COMPONENT(Step);
