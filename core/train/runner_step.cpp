// One training iteration.
#include <ATen/Context.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "data/rng.hpp"
#include "run/place.hpp"
#include "train/evaluator.hpp"
#include "train/runner.hpp"

namespace ph {

void Runner::train_iteration(const Batch& batch) {
  const PlaceScope here(nullptr, "training step");
  place().iteration = iter_ + 1;
  iteration_done_ = false;
  samples_ = batch.samples();
  log_.next(samples_);
  stage(PH_STAGE_BEFORE_TRAIN_ITER);
  const auto ready = to_device(batch, plan_.compute);
  {
    auto output = forward(ready);
    const AutocastScope autocast(plan_.compute);
    record(output, ready);
    loss_ = output.loss;
  }
  batch_ = &ready;
  stage(PH_STAGE_AFTER_TRAIN_ITER);
  loss_ = at::Tensor();
  batch_ = nullptr;
  view_.tensors.batch.clear();
  ++iter_;
  ++inner_iter_;
  iteration_done_ = false;
  // On a GPU the loss is shown as of the last log line: asking for it would wait for the device.
  const auto loss = plan_.compute.device.is_cpu() ? log_.current("loss") : std::nullopt;
  progress_.show(epoch_, iter_, samples_, loss,
                 plan_.optimizer->hyper(0, std::max(0, plan_.optimizer->hyper_index(PH_ROLE_LR))));
  samples_done_ += samples_;
  samples_ = 0;
}

// Whatever draws from torch's generator (dropout) draws the same in a resumed run, and each time that a
// rule evaluates the same batch.
TrainOutput Runner::forward(const Batch& batch) {
  Rng draw({static_cast<std::uint64_t>(plan_.seed), epoch_, iter_, purpose_of("torch")});
  at::manual_seed((std::uint64_t{draw.bits()} << 32) | draw.bits());
  const AutocastScope autocast(plan_.compute);
  return plan_.model->train_step(batch);
}

// For rules that ask again within a step.
double Runner::evaluate_again() {
  const at::AutoGradMode with_gradients(true);
  plan_.optimizer->zero_grad();
  const auto output = forward(*batch_);
  output.loss.backward();
  if (plan_.grad_clip) clip_gradients();
  return output.loss.item<double>();
}

void Runner::record(const TrainOutput& output, const Batch& batch) {
  for (const auto& [name, value] : output.log) log_.add(name, value);
  const char* const name = output.output.dim() == 3 ? "output/keypoints" : "output/heatmap";
  auto& tensors = view_.tensors.batch;
  tensors = {{"batch/img", batch.img}, {name, output.output}};
  if (batch.target.defined()) tensors["batch/target"] = batch.target;
  if (batch.target_weight.defined()) tensors["batch/target_weight"] = batch.target_weight;
}

// Hooks can freeze parameters; a network of which none is left has nothing to do.
void Runner::require_trainable() const {
  if (loss_.requires_grad()) return;
  throw Error(ErrorKind::plugin, "iteration " + std::to_string(iter_ + 1) + ": nothing is left to train",
              "hooks have frozen every parameter", "at least one that is trained",
              "the arguments of the hook that freezes");
}

// Stops before a loss that is no number spoils the weights, unless a hook before it rolled back. On a
// GPU the check would wait for the device, so it is made rarely there.
void Runner::guard_nan() {
  constexpr std::int64_t kInterval = 50;
  if (!plan_.compute.device.is_cpu() && iter_ % kInterval != 0) return;
  const auto loss = loss_.item<double>();
  if (std::isfinite(loss)) return;
  throw Error(
      ErrorKind::nan,
      "iteration " + std::to_string(iter_ + 1) + ": the loss is " + (std::isnan(loss) ? "nan" : "infinite"),
      "epoch " + std::to_string(epoch_ + 1) + ", batch " + std::to_string(inner_iter_ + 1), "a finite number",
      "a lower lr, a longer warm-up, or optimizer_config.grad_clip; checkpoints in " +
          plan_.work_dir.string() + " are intact");
}

void Runner::apply_schedule(const ScheduleChain& chain) {
  auto& optimizer = *plan_.optimizer;
  const auto index = optimizer.hyper_index(chain.hyper());
  for (std::size_t g = 0; g < optimizer.groups().size(); ++g) {
    optimizer.set_hyper(g, index,
                        chain.value(plan_.length, {epoch_, iter_, opt_step_}, static_cast<std::int64_t>(g),
                                    base_of(g, index)));
  }
}

void Runner::show_schedule(ScheduleChain& chain, std::int32_t stage) {
  if (stage == PH_STAGE_AFTER_EVALUATE) {
    chain.observe(PH_OBSERVED_EVALUATION, view_.metrics);
  } else {
    chain.observe(stage == PH_STAGE_AFTER_VAL_EPOCH ? PH_OBSERVED_VAL_EPOCH : PH_OBSERVED_TRAIN_EPOCH,
                  log_.averages(0));
  }
}

void Runner::optimize() {
  iteration_done_ = !loss_.defined();  // rolled back: an iteration without an update
  if (iteration_done_) return;
  guard_nan();
  auto& optimizer = *plan_.optimizer;
  optimizer.zero_grad();
  require_trainable();
  loss_.backward();
  stage(PH_STAGE_BEFORE_OPTIMIZER_STEP);
  iteration_done_ = !loss_.defined();
  if (iteration_done_) return;
  if (plan_.grad_clip) clip_gradients();
  {
    const PlaceScope here(rule_name_.c_str(), "step");
    if (optimizer.needs_closure()) {
      optimizer.step([this] { return evaluate_again(); }, loss_.item<double>());
    } else {
      optimizer.step();
    }
  }
  ++opt_step_;
  iteration_done_ = true;
  stage(PH_STAGE_AFTER_OPTIMIZER_STEP);
}

// torch.nn.utils.clip_grad_norm_: one norm over all gradients, coefficient max_norm / (norm + 1e-6),
// at most 1. Nothing waits for the device.
void Runner::clip_gradients() {
  at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients, norms;
  const double type = plan_.grad_clip->has("norm_type") ? plan_.grad_clip->at("norm_type").f64() : 2.0;
  for (const auto& param : plan_.optimizer->params()) {
    if (param.tensor.grad().defined()) gradients.push_back(param.tensor.grad());
  }
  if (gradients.empty()) return;
  for (const auto& gradient : gradients) norms.push_back(at::linalg_vector_norm(gradient, type));
  const auto total = at::linalg_vector_norm(at::stack(norms), type);
  const auto scale = (plan_.grad_clip->at("max_norm").f64() / (total + 1e-6)).clamp_max(1.0);
  for (auto& gradient : gradients) gradient.mul_(scale);
  log_.add("grad_norm", total);
}

}  // namespace ph
