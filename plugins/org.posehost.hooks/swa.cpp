// SPDX-License-Identifier: Apache-2.0
//
// Stochastic weight averaging: the mean of the weights at the ends of the last epochs, shown in
// evaluations and checkpoints once there is one. torch would now go through the data again to set the
// running statistics of batch norm; here their mean stands for them.
#include <algorithm>
#include <cmath>

#include "shown_average.hpp"

namespace {

class SWA final : public ShownAverage {
 public:
  static constexpr auto info = ph::component("SWA", "averages the weights of the last epochs");
  static constexpr auto args = ph::args(
      ph::arg<double>("start", 0.75, ph::at_least(0.0),
                      "epochs (or iterations) after which it begins; below 1: as a share of the run"),
      ph::arg<std::int64_t>("interval", 1, ph::at_least(1), "epochs or iterations from one to the next"),
      ph::arg<bool>("by_epoch", true, "count epochs instead of iterations"),
      ph::arg<bool>("update_buffers", true, "average batch norm's statistics too"));

  explicit SWA(const ph::Config& config)
      : ShownAverage{config.get<bool>("update_buffers")},
        start_{config.get<double>("start")},
        interval_{config.get<std::int64_t>("interval")},
        by_epoch_{config.get<bool>("by_epoch")} {}

  void before_run(ph::RunView& run) override {
    if (by_epoch_ && run.now().by_epoch == 0)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "by_epoch is true in a run that counts iterations; expected by_epoch false");
    ShownAverage::before_run(run);
  }
  // The last iteration of an epoch rather than its end, where a checkpoint may have been written already.
  void after_optimizer_step(ph::RunView& run) override {
    const auto& now = run.now();
    if (by_epoch_ && !run.end_of_epoch()) return;
    const auto done = (by_epoch_ ? now.epoch : now.iter) + 1;
    const auto length = static_cast<double>(by_epoch_ ? now.max_epochs : now.max_iters);
    const auto first = static_cast<std::int64_t>(start_ < 1 ? std::floor(start_ * length) : start_);
    if (done <= first || (done - first - 1) % interval_ != 0) return;
    mix(run, 1 / static_cast<double>(steps() + 1));
    count_step();
  }

 private:
  double start_;
  std::int64_t interval_;
  bool by_epoch_;
};

}  // namespace

POSEHOST_COMPONENT(SWA);
