// SPDX-License-Identifier: Apache-2.0
//
// What mmcv's policies count: epochs with by_epoch, else iterations.
#pragma once
#include <algorithm>
#include <cstdint>

#include <posehost/schedule.hpp>

constexpr auto by_epoch_arg = ph::arg<bool>("by_epoch", true, "count epochs instead of iterations");

// Of policies that count iterations only: mmcv takes the key there and refuses true.
constexpr auto by_iteration_arg = ph::arg<bool>("by_epoch", false, "only false: it counts iterations");
inline void refuse_by_epoch(const ph::Config& config) {
  if (config.get<bool>("by_epoch"))
    throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                      "by_epoch is true, but this policy counts iterations; expected by_epoch false");
}

class Progress {
 public:
  explicit Progress(const ph::Config& config) : by_epoch_{config.get<bool>("by_epoch")} {}

  // Throws where the run has no epochs to count: the value would never change.
  void check(const ph::SchedulePoint& run) const {
    if (by_epoch_ && run.by_epoch == 0)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "by_epoch is true in a run that counts iterations; expected by_epoch false");
  }

  std::int64_t now(const ph::SchedulePoint& at) const noexcept { return by_epoch_ ? at.epoch : at.iter; }
  std::int64_t end(const ph::SchedulePoint& at) const noexcept {
    return by_epoch_ ? at.max_epochs : at.max_iters;
  }
  // now / end, 1 from the end on: also for the point after the last iteration and for a run of length 0.
  double share(const ph::SchedulePoint& at) const noexcept {
    if (now(at) >= end(at)) return 1;
    return static_cast<double>(now(at)) / static_cast<double>(end(at));
  }
  const char* unit() const noexcept { return by_epoch_ ? "epoch" : "iteration"; }

 private:
  bool by_epoch_;
};
