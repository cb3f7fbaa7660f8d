#include "train/evaluator.hpp"

#include <ATen/core/grad_mode.h>

#include <chrono>

#include "config/error.hpp"
#include "log/log.hpp"
#include "model/predict_times.hpp"

namespace ph {

Batch to_device(Batch batch, const Compute& compute) {
  const auto format = compute.channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  const bool async = batch.img.is_pinned();
  batch.img = batch.img.to(compute.device, batch.img.scalar_type(), async).contiguous(format);
  for (auto* tensor : {&batch.target, &batch.target_weight}) {
    if (tensor->defined()) *tensor = tensor->to(compute.device, tensor->scalar_type(), async);
  }
  return batch;
}

std::vector<Prediction> predict_all(PoseModel& model, Loader& loader, const Compute& compute,
                                    const std::function<void(std::int64_t)>& progress, PredictSpeed* speed) {
  using Clock = std::chrono::steady_clock;
  const auto seconds_since = [](Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  at::NoGradGuard no_grad;
  const bool was_training = model.is_training();
  model.eval();
  std::vector<Prediction> all;
  all.reserve(static_cast<std::size_t>(loader.dataset().size()));
  PredictSpeed took;
  predict_times() = {};
  const auto begin = Clock::now();
  loader.start(0);
  for (;;) {
    const auto asked = Clock::now();
    auto batch = loader.next();
    took.data += seconds_since(asked);
    if (!batch) break;
    const auto ready = to_device(std::move(*batch), compute);
    const AutocastScope autocast(compute);
    for (auto& prediction : model.predict(ready, loader.dataset().info()))
      all.push_back(std::move(prediction));
    if (progress) progress(static_cast<std::int64_t>(all.size()));
  }
  model.train(was_training);
  took.all = seconds_since(begin);
  took.forward = predict_times().forward;
  took.decode = predict_times().decode;
  if (speed) *speed = took;
  return all;
}

namespace {

// save_best and logs go by the name.
void add_figure(MetricValues& to, std::pair<std::string, double> figure) {
  for (const auto& [name, value] : to) {
    if (name != figure.first) continue;
    throw Error(ErrorKind::config, "/evaluation/metric: two metrics report \"" + name + "\"",
                std::to_string(value) + " and " + std::to_string(figure.second), "one metric a name");
  }
  to.push_back(std::move(figure));
}

}  // namespace

std::vector<std::pair<std::string, double>> evaluate(RunPlan& plan, std::vector<Prediction>* predictions,
                                                     const std::function<void(std::int64_t)>& progress) {
  auto found = predict_all(*plan.model, *plan.val, plan.compute, progress);
  const auto& dataset = plan.val->dataset();
  std::vector<std::pair<std::string, double>> results;
  for (const auto& metric : plan.metrics) {
    auto values = metric->evaluate(dataset.instances(), found, dataset.info());
    for (const auto& line : metric->lines(values)) log_info(line);
    for (auto& value : values) add_figure(results, std::move(value));
  }
  if (predictions) *predictions = std::move(found);
  return results;
}

}  // namespace ph
