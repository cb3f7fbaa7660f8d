#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "train/run_plan.hpp"

namespace ph {

/// Moves a batch to the device of `compute`, image in its memory format; asynchronous on CUDA.
[[nodiscard]] Batch to_device(Batch batch, const Compute& compute);

/// Seconds that predicting took: waiting for data, the network, decoding, and altogether.
struct PredictSpeed {
  double data = 0, forward = 0, decode = 0, all = 0;
};

/// Predictions for every instance of `loader`, in order. Puts the model in eval mode and back.
/// `progress` is told how many instances are done.
[[nodiscard]] std::vector<Prediction> predict_all(PoseModel& model, Loader& loader, const Compute& compute,
                                                  const std::function<void(std::int64_t)>& progress = {},
                                                  PredictSpeed* speed = nullptr);

/// Predicts and computes all metrics, in their order.
[[nodiscard]] std::vector<std::pair<std::string, double>> evaluate(
    RunPlan& plan, std::vector<Prediction>* predictions = nullptr,
    const std::function<void(std::int64_t)>& progress = {});

}  // namespace ph
