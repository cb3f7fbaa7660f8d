#include "train/run_schedules.hpp"

#include "train/run_plan.hpp"

namespace ph {

ScheduledRun schedules_of_run(const RunOptions& options) {
  const auto plan = make_plan(options);
  ScheduledRun run;
  run.label = options.config.filename().string();
  run.length = plan.length;
  const auto& members = plan.optimizers->members();
  const auto& first = *members.front().optimizer;
  run.hypers = first.hypers();
  for (const auto& group : first.groups()) run.base.push_back(group.base);
  if (members.size() > 1) run.notes.push_back("of several optimizers, that of " + members.front().part);
  run.schedules = plan.schedules;
  return run;
}

}  // namespace ph
