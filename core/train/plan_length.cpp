#include <algorithm>

#include "train/plan_parts.hpp"

namespace ph {
namespace {

std::vector<WorkflowEntry> read_workflow(const Node& config) {
  const auto node = config.find("workflow");
  if (!node) return {{true, 1}};
  std::vector<WorkflowEntry> flow;
  for (const auto& entry : node->elements()) {
    if (!entry.is_array() || entry.size() != 2) throw entry.error("not a workflow entry", "[\"train\", 1] or [\"val\", 1]");
    const auto mode = entry[0].string();
    if (mode != "train" && mode != "val") {
      throw entry[0].error("no such mode \"" + mode + "\"", "train or val", did_you_mean(mode, {"train", "val"}));
    }
    if (entry[1].i64() < 1) throw entry[1].error("not a number of epochs", "at least 1");
    flow.push_back({mode == "train", entry[1].i64()});
  }
  if (std::none_of(flow.begin(), flow.end(), [](const auto& e) { return e.train; })) {
    throw node->error("a workflow without training never ends", "at least one [\"train\", n]");
  }
  return flow;
}

}  // namespace

void plan_workflow(RunPlan& plan) { plan.workflow = read_workflow(plan.config); }

void plan_length(RunPlan& plan, const RunOptions& options) {
  const auto& config = plan.config;
  auto& length = plan.length;
  length.iters_per_epoch = plan.train ? plan.train->batches() : std::max<std::int64_t>(1, options.iters_per_epoch);
  const auto runner = config.find("runner");
  length.by_epoch = !runner || !runner->has("type") || runner->at("type").string() != "IterBasedRunner";
  if (length.by_epoch) {
    length.max_epochs = runner && runner->has("max_epochs") ? runner->at("max_epochs").i64() : config.at("total_epochs").i64();
    length.max_iters = length.max_epochs * length.iters_per_epoch;
  } else {
    length.max_iters = runner->at("max_iters").i64();
  }
}

}  // namespace ph
