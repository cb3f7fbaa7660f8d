#pragma once
#include <vector>

#include "common/schedule_arguments.hpp"
#include "schedule/scheduled_run.hpp"

/// Shows `runs`, the config's and perhaps another, as `arguments` wants. The exit code.
int print_schedule(const ScheduleArguments& arguments, std::vector<ph::ScheduledRun> runs);
