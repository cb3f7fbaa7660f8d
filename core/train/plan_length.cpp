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
  const auto& config = plan.config;
  auto& length = plan.length;
  length.iters_per_epoch =
      plan.train ? plan.train->batches() : std::max<std::int64_t>(1, options.iters_per_epoch);
  const auto runner = config.find("runner");
  length.by_epoch = !runner || !runner->has("type") || runner->at("type").string() != "IterBasedRunner";
  if (length.by_epoch) {
    length.max_epochs = runner && runner->has("max_epochs") ? runner->at("max_epochs").i64()
                                                            : config.at("total_epochs").i64();
    length.max_iters = length.max_epochs * length.iters_per_epoch;
  } else {
    length.max_iters = runner->at("max_iters").i64();
  }
}

}  // namespace ph
