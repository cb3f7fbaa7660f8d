#include <nlohmann/json.hpp>

#include "schedule/read_schedules.hpp"
#include "train/plan_parts.hpp"

namespace ph {
namespace {

std::vector<TrainableParam> trainable(const PoseModel& model) {
  const auto tensors = model.named_parameters();
  std::vector<TrainableParam> all;
  for (const auto& facts : param_facts(model)) {
    const auto& tensor = tensors[facts.name];
    all.push_back({{facts.name, facts.module, facts.module_class, tensor.sizes().vec(), tensor.numel(),
                    facts.is_norm, facts.is_bias, facts.is_depthwise, false, tensor.requires_grad()},
                   tensor});
  }
  return all;
}

}  // namespace

void plan_optimizer(RunPlan& plan, const RunOptions& options) {
  plan.optimizer =
      std::make_unique<Optimizer>(*plan.plugins, plan.config.at("optimizer"), trainable(*plan.model));
  plan.length.n_groups = static_cast<std::int64_t>(plan.optimizer->groups().size());
  plan.schedules = read_schedules(*plan.plugins, plan.config, plan.optimizer->hypers(),
                                  plan.optimizer->rule().qualified_name());
  for (const auto& chain : plan.schedules) {
    chain->check(plan.length);
    check_monitors(*chain, plan.config, plan.length.by_epoch,
                   plan.config.has("evaluation") && options.validate);
  }
  if (const auto config = plan.config.find("optimizer_config")) plan.grad_clip = config->find("grad_clip");
}

}  // namespace ph
