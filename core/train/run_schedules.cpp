#include "train/run_schedules.hpp"

namespace ph {

ScheduledRun schedules_of(const RunPlan& plan) {
  ScheduledRun run;
  run.length = plan.length;
  run.hypers = plan.optimizers->hypers();
  for (const auto& [part, optimizer, first] : plan.optimizers->members()) {
    std::vector<std::vector<double>> bases;
    for (const auto& group : optimizer->groups()) bases.push_back(group.base);
    run.add_groups((part.empty() ? "" : part + ": ") + optimizer->rule().component().name,
                   optimizer->hypers(), bases);
  }
  run.schedules = plan.schedules;
  return run;
}

ScheduledRun schedules_of_run(const RunOptions& options) {
  auto run = schedules_of(make_plan(options));
  run.label = options.config.filename().string();
  return run;
}

}  // namespace ph
