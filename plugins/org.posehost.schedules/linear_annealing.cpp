// SPDX-License-Identifier: Apache-2.0
//
// mmcv's linear policy: a straight line from the base to the lowest value over the run.
#include "to_lowest.hpp"

namespace {

class LinearAnnealing final : public ToLowest {
 public:
  static constexpr auto info = ph::component("LinearAnnealing", "a straight line over the run");
  using ToLowest::ToLowest;

  double value(const ph::SchedulePoint& at) const noexcept override {
    return anneal_linear(at.base, lowest_.value(at.base), progress_.share(at));
  }
};

}  // namespace

POSEHOST_COMPONENT(LinearAnnealing);
