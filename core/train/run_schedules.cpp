#include "train/run_schedules.hpp"

#include "train/run_plan.hpp"

namespace ph {

ScheduledRun schedules_of_run(const RunOptions& options) {
  const auto plan = make_plan(options);
  ScheduledRun run;
  run.label = options.config.filename().string();
  run.length = plan.length;
  run.hypers = plan.optimizer->hypers();
  for (const auto& group : plan.optimizer->groups()) run.base.push_back(group.base);
  run.schedules = plan.schedules;
  return run;
}

}  // namespace ph
