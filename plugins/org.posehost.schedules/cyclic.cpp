// SPDX-License-Identifier: Apache-2.0
//
// mmcv's cyclic policy: from the base to a peak and down again, so many times in the run. For momentum the
// "peak" is below the base.
#include <cmath>

#include "anneal.hpp"
#include "progress.hpp"

namespace {

struct Ratios {
  double peak, end;
};

Ratios read_ratios(const ph::Config& config) {
  if (config.type("target_ratio") != PH_JSON_ARRAY) {
    const auto peak = config.get<double>("target_ratio");
    return {peak, peak / 1e5};
  }
  const auto list = config.get<std::vector<double>>("target_ratio");
  return {list[0], list.size() > 1 ? list[1] : list[0] / 1e5};
}

class Cyclic final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("Cyclic", "to a peak and down again, several times");
  static constexpr auto args = ph::args(
      ph::raw_arg(
          "target_ratio",
          R"({"type":["number","array","null"],"items":{"type":"number"},"minItems":1,"maxItems":2,"default":null})",
          "peak and end of a cycle as shares of the base; one number p is [p, p / 1e5]; by default "
          "[10, 1e-4], for momentum [0.85 / 0.95, 1]"),
      ph::arg<std::int64_t>("cyclic_times", 1, ph::at_least(1), "cycles in the run"),
      ph::arg<double>("step_ratio_up", 0.4, ph::at_least(0), ph::below(1),
                      "share of a cycle that leads to the peak"),
      anneal_strategy_arg,
      ph::arg<double>("gamma", 1.0, ph::above(0), ph::at_most(1), "factor of the height from cycle to cycle"),
      by_iteration_arg);

  explicit Cyclic(const ph::Config& config)
      : cycles_{config.get<std::int64_t>("cyclic_times")},
        up_{config.get<double>("step_ratio_up")},
        gamma_{config.get<double>("gamma")},
        anneal_{config} {
    refuse_by_epoch(config);
    if (config.has("target_ratio")) ratios_ = read_ratios(config);
  }

  void check(const ph::SchedulePoint& run) const override {
    if (cycles_ > run.max_iters)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "cyclic_times is " + std::to_string(cycles_) +
                                                     ", the run has " + std::to_string(run.max_iters) +
                                                     " iterations; expected at least one a cycle");
    if (!ratios_ && run.role != PH_ROLE_LR && run.role != PH_ROLE_MOMENTUM)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "no target_ratio; expected [peak, end], as shares of the base");
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    const std::int64_t length = at.max_iters / cycles_;
    if (length < 1) return at.base;
    const auto up = static_cast<std::int64_t>(up_ * static_cast<double>(length));
    const std::int64_t now = at.iter % length;
    const double scale = std::pow(gamma_, static_cast<double>(at.iter / length));
    Ratios to = ratios_ ? *ratios_ : at.role == PH_ROLE_MOMENTUM ? Ratios{0.85 / 0.95, 1} : Ratios{10, 1e-4};
    if (now < up) return anneal_(at.base, at.base * (1 - scale + to.peak * scale), share(now, up));
    // Without a way up mmcv scales the other end.
    (up == 0 ? to.end : to.peak) = 1 - scale + (up == 0 ? to.end : to.peak) * scale;
    return anneal_(at.base * to.peak, at.base * to.end, share(now - up, length - up));
  }

 private:
  static double share(std::int64_t now, std::int64_t length) noexcept {
    return static_cast<double>(now) / static_cast<double>(length);
  }

  std::optional<Ratios> ratios_;
  std::int64_t cycles_;
  double up_, gamma_;
  Anneal anneal_;
};

}  // namespace

POSEHOST_COMPONENT(Cyclic);
