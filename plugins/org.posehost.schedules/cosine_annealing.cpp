// SPDX-License-Identifier: Apache-2.0
//
// mmcv's cosine policy: half a cosine from the base to the lowest value over the run.
#include "to_lowest.hpp"

namespace {

class CosineAnnealing final : public ToLowest {
 public:
  static constexpr auto info = ph::component("CosineAnnealing", "half a cosine over the run");
  using ToLowest::ToLowest;

  double value(const ph::SchedulePoint& at) const noexcept override {
    return anneal_cos(at.base, lowest_.value(at.base), progress_.share(at));
  }
};

}  // namespace

POSEHOST_COMPONENT(CosineAnnealing);
