#pragma once
#include "schedule/scheduled_run.hpp"
#include "train/run_options.hpp"
#include "train/run_plan.hpp"

namespace ph {

/// The schedules of a plan that has its optimizers, length and schedules; without a label.
[[nodiscard]] ScheduledRun schedules_of(const RunPlan& plan);

/// The schedules of a run with the parameter groups and iterations that its model and data give. Plans the
/// run and starts nothing. Throws Error.
[[nodiscard]] ScheduledRun schedules_of_run(const RunOptions& options);

}  // namespace ph
