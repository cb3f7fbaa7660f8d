// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

namespace {

class Fixed final : public ph::Schedule {
 public:
  static constexpr auto info = ph::component("Fixed", "the base value throughout");
  static constexpr auto args = ph::args(by_epoch_arg);

  double value(const ph::SchedulePoint& at) const noexcept override { return at.base; }
};

}  // namespace

POSEHOST_COMPONENT(Fixed);
