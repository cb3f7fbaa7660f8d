// One training iteration.
#include <ATen/Context.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <set>

#include "analyze/training_log.hpp"
#include "data/rng.hpp"
#include "run/place.hpp"
#include "train/evaluator.hpp"
#include "train/runner.hpp"

namespace ph {

void Runner::train_iteration(const Batch& batch) {
  const PlaceScope here(nullptr, "training step");
  place().iteration = iter_ + 1;
  iteration_done_ = differentiated_ = false;
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
  progress_.show(epoch_, iter_, samples_, loss, plan_.optimizers->hyper(0, "lr").value_or(0));
  samples_done_ += samples_;
  samples_ = 0;
}

// Whatever draws from torch's generator (dropout) draws the same in a resumed run, and each time that a
// rule evaluates the same batch.
TrainOutput Runner::forward(const Batch& batch) {
  const PlaceScope here(nullptr, "forward");
  Rng draw({static_cast<std::uint64_t>(plan_.seed), epoch_, iter_, purpose_of("torch")});
  at::manual_seed((std::uint64_t{draw.bits()} << 32) | draw.bits());
  const AutocastScope autocast(plan_.compute);
  return plan_.model->train_step(batch);
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
      batch_text(), "a finite number",
      "a lower lr, a longer warm-up, or optimizer_config.grad_clip; checkpoints in " +
          plan_.work_dir.string() + " are intact");
}

// The pictures of the current iteration, so that somebody can look at them; each once.
std::string Runner::batch_files() const {
  std::string text;
  std::size_t shown = 0, more = 0;
  std::set<std::string> seen;
  if (batch_ == nullptr) return "its pictures are not known";
  for (const auto& meta : batch_->meta) {
    if (!seen.insert(meta.image_file).second) continue;
    constexpr std::size_t most = 32;
    if (++shown > most) {
      ++more;
    } else {
      text += (text.empty() ? "" : ", ") + meta.image_file;
    }
  }
  return more > 0 ? text + " and " + std::to_string(more) + " more" : text;
}

void Runner::apply_schedule(const ScheduleChain& chain) {
  for (const auto& [part, optimizer, first] : plan_.optimizers->members()) {
    const auto index = optimizer->hyper_index(chain.hyper());
    if (index < 0) continue;  // another one has it
    for (std::size_t g = 0; g < optimizer->groups().size(); ++g)
      optimizer->set_hyper(g, index, scheduled(chain, first + g, base_of(*optimizer, g, index)));
  }
}

// Of group `group` of all. A schedule of somebody may give anything.
double Runner::scheduled(const ScheduleChain& chain, std::size_t group, double base) const {
  auto value = chain.value(plan_.length, {epoch_, iter_, opt_step_}, static_cast<std::int64_t>(group), base);
  const auto steered = steered_.find(chain.hyper());
  if (steered != steered_.end() && steered->second.of_schedule) value *= steered->second.factor;
  if (std::isfinite(value)) return value;
  throw Error(ErrorKind::nan,
              "iteration " + std::to_string(iter_ + 1) + ": " + chain.description() + " gives " +
                  std::to_string(value) + " for " + chain.hyper(),
              "from " + std::to_string(base) + " in group " + std::to_string(group), "a finite number",
              "other arguments in " + chain.key() + "; weights and checkpoints are intact");
}

void Runner::show_schedule(ScheduleChain& chain, std::int32_t stage) {
  if (stage == PH_STAGE_AFTER_EVALUATE) {
    chain.observe(PH_OBSERVED_EVALUATION, view_.metrics);
  } else {
    chain.observe(stage == PH_STAGE_AFTER_VAL_EPOCH ? PH_OBSERVED_VAL_EPOCH : PH_OBSERVED_TRAIN_EPOCH,
                  with_aliases(log_.averages(0)));
  }
}

}  // namespace ph
