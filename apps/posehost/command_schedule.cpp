#include "commands.hpp"
#include "common/print_schedule.hpp"
#include "config/run_config.hpp"
#include "exec_torch.hpp"

namespace {

std::vector<ph::Node> read_groups(const ScheduleArguments& arguments) {
  std::vector<ph::Node> groups;
  for (const auto& text : arguments.groups) groups.push_back(ph::Node::parse(text, "--group"));
  return groups;
}

ph::ScheduledRun read_run(const ScheduleArguments& arguments, const std::filesystem::path& file,
                          const ph::ConfigOverrides& overrides) {
  const auto config = ph::check_schedule_config(ph::load_config(file, overrides));
  const auto catalog = ph::PluginCatalog::scan(ph::plugin_folders(arguments.plugin_dirs, &config));
  auto run = ph::read_scheduled_run(config, catalog, arguments.iters_per_epoch, read_groups(arguments));
  run.label = file.filename().string();
  return run;
}

// Without --iters-per-epoch the data set has to be counted, and the model to be made.
void require_data(const std::filesystem::path& file, const ph::ConfigOverrides& overrides) {
  const auto config = ph::check_schedule_config(ph::load_config(file, overrides));
  if (config.has("model") && config.has("data")) return;
  throw ph::Error(ph::ErrorKind::usage, file.string() + ": not known how many iterations an epoch has",
                  config.has("model") ? "no data in it" : "no model in it",
                  "a whole config, or --iters-per-epoch", "--iters-per-epoch 100");
}

int schedule(const ScheduleArguments& arguments, const std::vector<std::string>& words) {
  if (arguments.iters_per_epoch == 0) {
    require_data(arguments.config, arguments.overrides);
    if (!arguments.against.empty()) require_data(arguments.against, {});
    exec_torch(words);
  }
  std::vector<ph::ScheduledRun> runs{read_run(arguments, arguments.config, arguments.overrides)};
  if (!arguments.against.empty()) runs.push_back(read_run(arguments, arguments.against, {}));
  return print_schedule(arguments, std::move(runs));
}

}  // namespace

void add_schedule(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  static ScheduleArguments arguments;
  auto* command =
      app.add_subcommand("schedule", "Show lr, momentum and others over a run, before any training");
  add_schedule_arguments(*command, arguments);
  command->callback([&action, &args] { action = [&args] { return schedule(arguments, args); }; });
}
