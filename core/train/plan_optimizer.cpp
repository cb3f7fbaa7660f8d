#include <map>
#include <nlohmann/json.hpp>

#include "schedule/judge_schedules.hpp"
#include "schedule/read_schedules.hpp"
#include "train/plan_parts.hpp"
#include "train/run_schedules.hpp"

namespace ph {
namespace {

std::vector<TrainableParam> trainable(const PoseModel& model, const MasterWeights& masters) {
  const auto tensors = model.named_parameters();
  std::vector<TrainableParam> all;
  std::map<const void*, std::string> seen;
  for (const auto& facts : param_facts(model)) {
    const auto& tensor = tensors[facts.name];
    const auto [first, is_new] = seen.emplace(tensor.unsafeGetTensorImpl(), facts.name);
    all.push_back({{facts.name, facts.module, facts.module_class, is_new ? "" : first->second,
                    tensor.sizes().vec(), tensor.numel(), facts.is_norm, facts.is_bias, facts.is_depthwise,
                    facts.is_dcn, tensor.requires_grad()},
                   tensor,
                   masters.find(facts.name)});
  }
  return all;
}

// A rule that evaluates the loss itself does so on one batch, unscaled.
void check_closure(const RunPlan& plan) {
  const bool accumulates = plan.gradients.cumulative_iters > 1;
  if (!plan.optimizers->needs_closure() || (!accumulates && !plan.gradients.scaler)) return;
  throw plan.config.at("optimizer")
      .error(plan.optimizers->description() + " evaluates the loss several times in an update",
             accumulates ? "an update every iteration" : "no loss scaling",
             accumulates ? "leave cumulative_iters out" : "leave fp16 and loss_scale out");
}

}  // namespace

void plan_optimizer(RunPlan& plan, const RunOptions& options) {
  plan.optimizers = std::make_unique<OptimizerSet>(
      *plan.plugins, plan.config.at("optimizer"), trainable(*plan.model, plan.masters), plan.compat->version);
  plan.model->freeze(plan.optimizers->frozen());
  plan.length.n_groups = static_cast<std::int64_t>(plan.optimizers->n_groups());
  plan.schedules =
      read_schedules(*plan.plugins, plan.config, plan.optimizers->hypers(), plan.optimizers->description());
  for (const auto& chain : plan.schedules) {
    chain->check(plan.length);
    check_monitors(*chain, plan.config, plan.length.by_epoch,
                   plan.config.has("evaluation") && options.validate);
  }
  for (auto& note : judge_schedules(schedules_of(plan))) plan.compute.notes.push_back(std::move(note));
  plan.gradients = GradientRules::read(plan.config);
  check_closure(plan);
  for (auto& note : plan.gradients.notes(plan.length)) plan.compute.notes.push_back(std::move(note));
}

}  // namespace ph
