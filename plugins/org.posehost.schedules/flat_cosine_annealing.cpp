// SPDX-License-Identifier: Apache-2.0
//
// mmcv's (fastai's) flat cosine policy: the base value for a share of the run, then half a cosine.
#include <cmath>

#include "anneal.hpp"
#include "lowest.hpp"
#include "progress.hpp"

namespace {

class FlatCosineAnnealing final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("FlatCosineAnnealing", "flat, then half a cosine");
  static constexpr auto args =
      ph::args(ph::arg<double>("start_percent", 0.75, ph::range(0, 1), "share of the run that is flat"),
               min_lr_arg, min_lr_ratio_arg, min_momentum_arg, min_momentum_ratio_arg, min_value_arg,
               min_value_ratio_arg, by_epoch_arg);

  explicit FlatCosineAnnealing(const ph::Config& config)
      : start_{config.get<double>("start_percent")}, lowest_{config}, progress_{config} {
    lowest_.require();
  }

  void check(const ph::SchedulePoint& run) const override {
    lowest_.check(run);
    progress_.check(run);
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    const auto end = static_cast<double>(progress_.end(at));
    const double start = std::nearbyint(end * start_);  // halves to even, like Python's round()
    const double now = static_cast<double>(progress_.now(at));
    if (now < start) return at.base;
    const double done = now >= end ? 1 : (now - start) / (end - start);
    return anneal_cos(at.base, lowest_.value(at.base), done);
  }

 private:
  double start_;
  Lowest lowest_;
  Progress progress_;
};

}  // namespace

POSEHOST_COMPONENT(FlatCosineAnnealing);
