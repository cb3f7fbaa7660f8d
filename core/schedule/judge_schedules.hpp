#pragma once
#include <string>
#include <utility>
#include <vector>

#include "schedule/scheduled_run.hpp"

namespace ph {

/// What somebody would want to know of a run's values before training with them, a line each: a lr that is 0
/// throughout or falls below 0, a momentum of 1 and above, a hyper-parameter whose schedule has values of its own
/// and none of the optimizer's. Looks at some iterations, not at all.
/// Throws Error(config) where a value is no finite number.
[[nodiscard]] std::vector<std::string> judge_schedules(const ScheduledRun& run);

/// The lowest and highest value of a column, of all groups that have it. Throws like judge_schedules().
[[nodiscard]] std::pair<double, double> range_of(const ScheduledRun& run, std::size_t column);

/// Whether the values of `chain` come from its own arguments alone (OneCycle), not from the optimizer's.
[[nodiscard]] bool ignores_base(const ScheduleChain& chain, const RunLength& length, double base);

}  // namespace ph
