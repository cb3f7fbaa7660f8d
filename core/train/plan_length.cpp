#include <algorithm>

#include "train/plan_parts.hpp"

namespace ph {
namespace {

// check_run_config() has judged it.
std::vector<WorkflowEntry> read_workflow(const Node& config) {
  std::vector<WorkflowEntry> flow;
  for (const auto& entry : config.at("workflow").elements())
    flow.push_back({entry[0].string() == "train", entry[1].i64()});
  return flow;
}

}  // namespace

void plan_workflow(RunPlan& plan) { plan.workflow = read_workflow(plan.config); }

void plan_length(RunPlan& plan, const RunOptions& options) {
  plan.length = read_run_length(
      plan.config, plan.train ? plan.train->batches() : std::max<std::int64_t>(1, options.iters_per_epoch));
}

}  // namespace ph
