// SPDX-License-Identifier: Apache-2.0
//
// What the policies share that go from the base to the lowest value over the run: all but the way there.
#pragma once
#include "anneal.hpp"
#include "lowest.hpp"
#include "progress.hpp"

class ToLowest : public ph::Schedule {
 public:
  static constexpr auto args =
      ph::args(min_lr_arg, min_lr_ratio_arg, min_momentum_arg, min_momentum_ratio_arg, min_value_arg,
               min_value_ratio_arg, by_epoch_arg);

  explicit ToLowest(const ph::Config& config) : lowest_{config}, progress_{config} { lowest_.require(); }

  void check(const ph::SchedulePoint& run) const override {
    lowest_.check(run);
    progress_.check(run);
  }

 protected:
  Lowest lowest_;
  Progress progress_;
};
