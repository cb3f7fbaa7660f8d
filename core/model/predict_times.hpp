#pragma once

namespace ph {

/// Seconds that TopDown::predict() has spent on this thread since they were last set to 0. On CUDA the network runs
/// while nobody waits, so that most of its time counts as decoding, which does.
struct PredictTimes {
  double forward = 0, decode = 0;
};
[[nodiscard]] inline PredictTimes& predict_times() noexcept {
  thread_local PredictTimes times;
  return times;
}

}  // namespace ph
