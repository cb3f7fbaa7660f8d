#include <nlohmann/json.hpp>

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

void add_schedule(RunPlan& plan, const char* key, std::int32_t role) {
  const auto node = plan.config.find(key);
  if (!node) return;
  auto chain = std::make_shared<ScheduleChain>(*plan.plugins, *node, role, !plan.length.by_epoch);
  if (plan.optimizer->hyper_index(role) < 0) {
    throw node->error(plan.optimizer->rule().qualified_name() + " has no " + role_name(role) + " to schedule",
                      "an optimizer with a hyper-parameter of that role", std::string("remove ") + key);
  }
  chain->check(plan.length);
  plan.schedules.push_back(std::move(chain));
}

}  // namespace

void plan_optimizer(RunPlan& plan) {
  plan.optimizer =
      std::make_unique<Optimizer>(*plan.plugins, plan.config.at("optimizer"), trainable(*plan.model));
  add_schedule(plan, "lr_config", PH_ROLE_LR);
  add_schedule(plan, "momentum_config", PH_ROLE_MOMENTUM);
  if (const auto config = plan.config.find("optimizer_config")) plan.grad_clip = config->find("grad_clip");
}

}  // namespace ph
