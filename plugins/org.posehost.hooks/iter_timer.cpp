// SPDX-License-Identifier: Apache-2.0
//
// mmcv's IterTimerHook: seconds spent waiting for data, and seconds of a whole iteration. And the largest
// memory that the process has had; on a GPU mmcv shows the device's, which plugins cannot see.
#include <sys/resource.h>

#include <chrono>

#include <posehost/hook.hpp>

namespace {

class IterTimer final : public ph::Hook {
 public:
  static constexpr auto info =
      ph::component("IterTimer", "publishes data_time, time and memory of iterations");
  static constexpr auto args = ph::args();
  static constexpr int priority = PH_PRIORITY_LOW;

  void before_epoch(ph::RunView&) override { start(); }
  void before_train_epoch(ph::RunView&) override { start(); }
  void before_val_epoch(ph::RunView&) override { start(); }
  void before_train_iter(ph::RunView& run) override { publish_data_time(run); }
  void before_val_iter(ph::RunView& run) override { publish_data_time(run); }
  void after_train_iter(ph::RunView& run) override {
    publish_time(run);
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0)
      run.publish("memory", static_cast<double>(used.ru_maxrss) / 1024);  // KiB to MiB
  }
  void after_val_iter(ph::RunView& run) override { publish_time(run); }

 private:
  using Clock = std::chrono::steady_clock;
  void start() { began_ = Clock::now(); }
  // Not the event's clock: that is read before the stage, and within after_train_iter the other entries
  // compute the gradients and the update.
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - began_).count(); }
  void publish_data_time(ph::RunView& run) { run.publish("data_time", elapsed()); }
  void publish_time(ph::RunView& run) {
    run.publish("time", elapsed());
    start();
  }

  Clock::time_point began_ = Clock::now();
};

}  // namespace

POSEHOST_COMPONENT(IterTimer);
