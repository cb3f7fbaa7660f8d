// SPDX-License-Identifier: MIT
// Linear warm-up, then half a cosine from the base value down to `floor` of it.
#include <posehost/schedule.hpp>

#include <algorithm>
#include <cmath>

namespace {

class CosineWarmup final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("CosineWarmup", "linear warm-up, then cosine decay");
  static constexpr auto args = ph::args(
      ph::arg<std::int64_t>("warmup_iters", ph::required, ph::at_least(0), "iterations of linear rise"),
      ph::arg<double>("floor", 0.0, ph::range(0.0, 1.0), "last value as a share of the base"));

  explicit CosineWarmup(const ph::Config& config)
      : warmup_{config.get<std::int64_t>("warmup_iters")}, floor_{config.get<double>("floor")} {}

  void check(const ph::SchedulePoint& run) const override {
    if (warmup_ > run.max_iters)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "warmup_iters is " + std::to_string(warmup_) +
                                                     "; expected at most " + std::to_string(run.max_iters) +
                                                     ", the length of the run");
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    const auto iter = static_cast<double>(at.iter), rise = static_cast<double>(warmup_);
    if (iter < rise) return at.base * (iter + 1) / rise;
    const double done =
        std::min((iter - rise) / std::max(1.0, static_cast<double>(at.max_iters) - rise), 1.0);
    return at.base * (floor_ + (1 - floor_) * 0.5 * (1 + std::cos(ph::pi * done)));
  }

 private:
  std::int64_t warmup_;
  double floor_;
};

}  // namespace

POSEHOST_COMPONENT(CosineWarmup);
POSEHOST_PLUGIN("org.example.schedules", "1.0.0", "MIT", "", CosineWarmup);
