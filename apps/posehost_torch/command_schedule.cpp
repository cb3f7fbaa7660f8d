#include "commands.hpp"
#include "common/print_schedule.hpp"
#include "train/run_schedules.hpp"

namespace {

ph::ScheduledRun schedules_of(const ScheduleArguments& arguments, const std::filesystem::path& file,
                              const ph::ConfigOverrides& overrides) {
  ph::RunOptions options;
  options.config = file;
  options.overrides = overrides;
  options.plugin_dirs = arguments.plugin_dirs;
  options.dry_run = true;
  return ph::schedules_of_run(options);
}

int show_schedules(const ScheduleArguments& arguments) {
  std::vector<ph::ScheduledRun> runs{schedules_of(arguments, arguments.config, arguments.overrides)};
  if (!arguments.against.empty()) runs.push_back(schedules_of(arguments, arguments.against, {}));
  return print_schedule(arguments, std::move(runs));
}

}  // namespace

void add_schedule(CLI::App& app, Action& action) {
  static ScheduleArguments arguments;
  auto* command = app.add_subcommand("schedule", "Show schedules");
  add_schedule_arguments(*command, arguments);
  command->callback([&action] { action = [] { return show_schedules(arguments); }; });
}
