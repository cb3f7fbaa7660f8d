// SPDX-License-Identifier: Apache-2.0
//
// The 1cycle policy of torch and mmcv: up to a peak, then down far below the start, once in the run. The
// learning rate comes from max_lr, not from the optimizer. Momentum goes the other way.
#include <array>

#include "anneal.hpp"
#include "per_group.hpp"
#include "progress.hpp"

namespace {

struct Phase {
  double last, start, end;  // the iteration at which it ends, and the values
};

class OneCycle final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("OneCycle", "once up and down; momentum the other way");
  static constexpr auto args = ph::args(
      ph::raw_arg("max_lr", OPTIONAL_PER_GROUP_SCHEMA, "peak of the learning rate, in lr_config"),
      ph::arg<std::optional<std::int64_t>>("total_steps", ph::null, ph::at_least(1),
                                           "iterations of the cycle, in lr_config; by default the run's"),
      ph::arg<double>("pct_start", 0.3, ph::range(0, 1), "share of the cycle before the peak"),
      anneal_strategy_arg,
      ph::arg<std::optional<double>>("div_factor", ph::null, ph::above(0),
                                     "peak / start, in lr_config; by default 25"),
      ph::arg<std::optional<double>>("final_div_factor", ph::null, ph::above(0),
                                     "start / end, in lr_config; by default 1e4"),
      ph::arg<bool>("three_phase", false, "first back to the start, then down"),
      ph::raw_arg("base_momentum", OPTIONAL_PER_GROUP_SCHEMA,
                  "momentum at the peak, in momentum_config; by default 0.85"),
      ph::raw_arg("max_momentum", OPTIONAL_PER_GROUP_SCHEMA,
                  "momentum at the start, in momentum_config; by default 0.95"),
      by_iteration_arg);

  explicit OneCycle(const ph::Config& config)
      : max_lr_{config, "max_lr"},
        base_momentum_{config, "base_momentum", 0.85},
        max_momentum_{config, "max_momentum", 0.95},
        total_{config.get<std::optional<std::int64_t>>("total_steps")},
        pct_{config.get<double>("pct_start")},
        div_{config.get<std::optional<double>>("div_factor")},
        final_div_{config.get<std::optional<double>>("final_div_factor")},
        three_phase_{config.get<bool>("three_phase")},
        anneal_{config} {
    refuse_by_epoch(config);
  }

  void check(const ph::SchedulePoint& run) const override {
    check_role(run.role);
    for (const auto* values : {&max_lr_, &base_momentum_, &max_momentum_}) values->check(run);
    if (total_ && *total_ < run.max_iters)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "total_steps is " + std::to_string(*total_) +
                                                     "; expected at least " + std::to_string(run.max_iters) +
                                                     ", the iterations of the run");
    // mmcv divides by zero there.
    const auto length = steps(run);
    if (pct_ * static_cast<double>(length) == 1)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "pct_start makes one iteration of " + std::to_string(length) +
                            ", too short for a rise; expected more, or less for none");
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    const auto now = static_cast<double>(at.iter);
    double first = 0;
    const auto phases = phases_of(at);
    for (const auto& phase : phases) {
      if (now <= phase.last) return anneal_(phase.start, phase.end, (now - first) / (phase.last - first));
      first = phase.last;
    }
    return phases.back().end;
  }

 private:
  void check_role(std::int32_t role) const {
    const bool lr = role == PH_ROLE_LR;
    if (!lr && role != PH_ROLE_MOMENTUM)
      throw ph::Failure(PH_ERR_UNSUPPORTED, "it drives lr and momentum; expected another schedule");
    if (lr && !max_lr_.given())
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "no max_lr; expected the peak of the learning rate");
    const char* misplaced = nullptr;
    if (lr) {
      misplaced = base_momentum_.given() ? "base_momentum" : max_momentum_.given() ? "max_momentum" : nullptr;
    } else {
      misplaced = max_lr_.given() ? "max_lr"
                  : total_        ? "total_steps"
                  : div_          ? "div_factor"
                  : final_div_    ? "final_div_factor"
                                  : nullptr;
    }
    if (misplaced)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, std::string(misplaced) +
                                                     " does not belong here; expected it in " +
                                                     (lr ? "momentum_config" : "lr_config"));
  }

  std::int64_t steps(const ph::SchedulePoint& at) const noexcept { return total_.value_or(at.max_iters); }

  // Two phases are three whose second has no length.
  std::array<Phase, 3> phases_of(const ph::SchedulePoint& at) const noexcept {
    const double n = static_cast<double>(steps(at)), peak_at = pct_ * n - 1;
    double low = max_momentum_[at.group], peak = base_momentum_[at.group], end = low;
    if (at.role == PH_ROLE_LR) {
      const double start = max_lr_[at.group] / div_.value_or(25);
      low = start;
      peak = start * div_.value_or(25);
      end = start * (1 / final_div_.value_or(1e4));
    }
    if (three_phase_) return {{{peak_at, low, peak}, {2 * pct_ * n - 2, peak, low}, {n - 1, low, end}}};
    return {{{peak_at, low, peak}, {peak_at, peak, peak}, {n - 1, peak, end}}};
  }

  PerGroup max_lr_, base_momentum_, max_momentum_;
  std::optional<std::int64_t> total_;
  double pct_;
  std::optional<double> div_, final_div_;
  bool three_phase_;
  Anneal anneal_;
};

}  // namespace

POSEHOST_COMPONENT(OneCycle);
