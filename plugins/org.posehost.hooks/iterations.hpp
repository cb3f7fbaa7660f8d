// SPDX-License-Identifier: Apache-2.0
//
// How many iterations have been trained when an evaluation ends. The event alone does not tell: its `iter`
// does not count the iteration in whose after_train_iter the evaluation was asked for.
#pragma once
#include <cstdint>

#include <posehost/hook.hpp>

class Iterations {
 public:
  // To be called in before_train_iter.
  void begin(const ph::RunView& run) { begun_ = run.now().iter; }

  std::int64_t done(const ph::RunView& run) const {
    return run.now().iter == begun_ ? begun_ + 1 : run.now().iter;
  }
  // Epochs begun by then, from 1; 0 before training.
  std::int64_t epoch(const ph::RunView& run) const {
    const auto per_epoch = run.now().iters_per_epoch;
    return per_epoch > 0 ? (done(run) + per_epoch - 1) / per_epoch : 0;
  }

 private:
  std::int64_t begun_ = -1;
};
