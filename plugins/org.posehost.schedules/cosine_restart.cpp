// SPDX-License-Identifier: Apache-2.0
//
// mmcv's cosine policy with restarts: half a cosine in each period, from a height of its own.
#include <algorithm>

#include "anneal.hpp"
#include "lowest.hpp"
#include "progress.hpp"

namespace {

class CosineRestart final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("CosineRestart", "half a cosine again and again");
  static constexpr auto args = ph::args(
      ph::arg<std::vector<std::int64_t>>("periods", ph::required, ph::above(0), ph::length(1),
                                         "lengths of the periods, in epochs or iterations"),
      ph::arg<std::vector<double>>("restart_weights", ph::list(1), "height of each period's beginning"),
      min_lr_arg, min_lr_ratio_arg, min_momentum_arg, min_momentum_ratio_arg, min_value_arg,
      min_value_ratio_arg, by_epoch_arg);

  explicit CosineRestart(const ph::Config& config)
      : periods_{config.get<std::vector<std::int64_t>>("periods")},
        weights_{config.get<std::vector<double>>("restart_weights")},
        lowest_{config},
        progress_{config} {
    lowest_.require();
    if (periods_.size() != weights_.size())
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        std::to_string(periods_.size()) + " periods and " + std::to_string(weights_.size()) +
                            " restart_weights; expected as many of one as of the other");
  }

  void check(const ph::SchedulePoint& run) const override {
    lowest_.check(run);
    progress_.check(run);
    const auto end = progress_.end(run);
    std::int64_t left = end;  // counted down, because the sum may not fit
    for (const auto period : periods_) left -= std::min(left, period);
    if (left > 0)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "the periods end " + std::to_string(left) + " " +
                                                     progress_.unit() + "s before the run, which has " +
                                                     std::to_string(end) +
                                                     "; expected longer or more periods");
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    std::int64_t within = progress_.now(at);
    std::size_t i = 0;
    while (i + 1 < periods_.size() && within >= periods_[i]) within -= periods_[i++];
    const double done = std::min(static_cast<double>(within) / static_cast<double>(periods_[i]), 1.0);
    return anneal_cos(at.base, lowest_.value(at.base), done, weights_[i]);
  }

 private:
  std::vector<std::int64_t> periods_;
  std::vector<double> weights_;
  Lowest lowest_;
  Progress progress_;
};

}  // namespace

POSEHOST_COMPONENT(CosineRestart);
