// From the loss of an iteration to the update of the weights.
#include <cmath>

#include "log/log.hpp"
#include "run/place.hpp"
#include "train/runner.hpp"

namespace ph {

void Runner::optimize() {
  iteration_done_ = !loss_.defined();  // rolled back: an iteration without an update
  if (iteration_done_) return;
  guard_nan();
  auto& optimizers = *plan_.optimizers;
  if (optimizers.members().size() > 1) {
    for (const auto& [part, optimizer, first] : optimizers.members())
      log_.add("lr/" + part, optimizers.hyper(first, "lr").value_or(0));
  }
  if (accumulated_ == 0) optimizers.zero_grad();
  if (plan_.gradients.detect_anomalous_params) name_anomalous();
  require_trainable();
  differentiate();
  if (!plan_.gradients.update_due(iter_, plan_.length.max_iters)) {
    iteration_done_ = true;
    return;
  }
  const bool usable = unscale_gradients();
  if (usable) {
    stage(PH_STAGE_BEFORE_OPTIMIZER_STEP);
    iteration_done_ = !loss_.defined();
    if (iteration_done_) return;
    clip_gradients();
    const PlaceScope here(rule_name_.c_str(), "step");
    if (optimizers.needs_closure()) {
      optimizers.step([this] { return evaluate_again(); }, loss_.item<double>());
    } else {
      optimizers.step();
    }
    ++opt_step_;
  }
  accumulated_ = 0;
  iteration_done_ = true;
  if (usable) stage(PH_STAGE_AFTER_OPTIMIZER_STEP);
}

void Runner::differentiate() {
  const PlaceScope here(nullptr, "backward");
  auto loss = loss_;
  const auto factor = plan_.gradients.loss_factor(iter_, plan_.length.max_iters);
  if (factor != 1) loss = loss / static_cast<double>(factor);
  if (plan_.gradients.scaler) loss = loss * plan_.gradients.scaler->scale();
  loss.backward();
  plan_.optimizers->widen_gradients();
  ++accumulated_;
  differentiated_ = true;
}

// False if the scaled gradients are not finite, so that the update has to be left out.
bool Runner::unscale_gradients() {
  auto& scaler = plan_.gradients.scaler;
  if (!scaler) return true;
  auto gradients = plan_.optimizers->gradients();
  const auto scale = scaler->scale();
  const bool overflow = unscale(gradients, scale);
  scaler->update(overflow);
  if (overflow) {
    log_info("iteration " + std::to_string(iter_ + 1) + ": gradients overflow at loss scale " +
             std::to_string(scale) + ", update left out");
  }
  return !overflow;
}

void Runner::clip_gradients() {
  const auto& rules = plan_.gradients;
  if (!rules.max_norm && !rules.clip_value) return;
  auto gradients = plan_.optimizers->gradients();
  if (gradients.empty()) return;
  if (rules.clip_value) {
    clip_by_value(gradients, *rules.clip_value);
    return;
  }
  const auto norm = clip_by_norm(gradients, *rules.max_norm, rules.norm_type);
  log_.add("grad_norm", norm);
  // Scaled by it every gradient would be NaN, and every weight after the step. On a GPU looking would wait for the
  // device.
  if (!rules.error_if_nonfinite && !plan_.compute.device.is_cpu()) return;
  if (std::isfinite(norm.item<double>())) return;
  throw Error(ErrorKind::nan,
              "iteration " + std::to_string(iter_ + 1) + ": the norm of the gradients is not finite",
              std::to_string(norm.item<double>()), "a finite number",
              "a lower lr, or a longer warm-up; checkpoints in " + plan_.work_dir.string() + " are intact");
}

// For rules that ask again within a step.
double Runner::evaluate_again() {
  const at::AutoGradMode with_gradients(true);
  plan_.optimizers->zero_grad();
  const auto output = forward(*batch_);
  output.loss.backward();
  plan_.optimizers->widen_gradients();
  clip_gradients();
  return output.loss.item<double>();
}

// mmcv says so in each iteration; here once for each set of names.
void Runner::name_anomalous() {
  auto names = outside_graph(loss_, *plan_.model);
  if (names == anomalous_) return;
  for (const auto& name : names) log_error(name + " is not in the computational graph of the loss");
  anomalous_ = std::move(names);
}

}  // namespace ph
