// SPDX-License-Identifier: Apache-2.0
//
// mmcv's cosine policy: half a cosine from the base to the lowest value over the run.
#include "anneal.hpp"
#include "lowest.hpp"
#include "progress.hpp"

namespace {

class CosineAnnealing final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("CosineAnnealing", "half a cosine over the run");
  static constexpr auto args =
      ph::args(min_lr_arg, min_lr_ratio_arg, min_momentum_arg, min_momentum_ratio_arg, min_value_arg,
               min_value_ratio_arg, by_epoch_arg);

  explicit CosineAnnealing(const ph::Config& config) : lowest_{config}, progress_{config} {
    lowest_.require();
  }

  void check(const ph::SchedulePoint& run) const override {
    lowest_.check(run);
    progress_.check(run);
  }

  double value(const ph::SchedulePoint& at) const noexcept override {
    return anneal_cos(at.base, lowest_.value(at.base), progress_.share(at));
  }

 private:
  Lowest lowest_;
  Progress progress_;
};

}  // namespace

POSEHOST_COMPONENT(CosineAnnealing);
