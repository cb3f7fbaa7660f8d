// A training iteration on one batch that stays the same: what the network and the optimizer cost.
#include <nlohmann/json.hpp>

#include "tools/bench_parts.hpp"
#include "tools/bench_timing.hpp"
#include "train/evaluator.hpp"

namespace ph {

Batch first_batch(RunPlan& plan) {
  plan.train->start(0);
  return to_device(*plan.train->next(), plan.compute);
}

Json bench_step(RunPlan& plan, int rounds) {
  const auto batch = first_batch(plan);
  plan.model->train();
  std::vector<double> forward, backward, update, total;
  constexpr int kWarmUp = 2;
  for (int round = -kWarmUp; round < rounds; ++round) {
    Stopwatch watch;
    TrainOutput output;
    {
      const AutocastScope autocast(plan.compute);
      output = plan.model->train_step(batch);
    }
    // Waits for the device; the time of a GPU would else be counted in the next part.
    (void)output.loss.item<double>();
    const double a = watch.lap();
    plan.optimizers->zero_grad();
    output.loss.backward();
    if (!plan.compute.device.is_cpu()) (void)plan.optimizers->gradients().back().sum().item<double>();
    const double b = watch.lap();
    plan.optimizers->step();
    const double c = watch.lap();
    if (round < 0) continue;
    forward.push_back(a);
    backward.push_back(b);
    update.push_back(c);
    total.push_back(a + b + c);
  }
  const double middle = median(total);
  return {{"batch", batch.img.size(0)},
          {"image_size", {batch.img.size(3), batch.img.size(2)}},
          {"rounds", rounds},
          {"forward_ms", median(forward)},
          {"backward_ms", median(backward)},
          {"optimizer_ms", median(update)},
          {"step_ms", middle},
          {"images_per_s", 1000.0 * static_cast<double>(batch.img.size(0)) / middle}};
}

}  // namespace ph
