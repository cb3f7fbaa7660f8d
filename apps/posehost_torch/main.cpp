// posehost-torch: the part of posehost that computes. Started by posehost; not meant for hands.
#include <iostream>

#include "common/print_schedule.hpp"
#include "common/report_error.hpp"
#include "common/run_arguments.hpp"
#include "common/schema_arguments.hpp"
#include "print_bench.hpp"
#include "self_check.hpp"
#include "train/known_types.hpp"
#include "train/run_schedules.hpp"
#include "train/session.hpp"

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

int main(int argc, char** argv) {
  CLI::App app{"The part of posehost that computes; use posehost."};
  app.name("posehost-torch");
  app.require_subcommand(0, 1);
  bool self_check = false;
  app.add_flag("--self-check", self_check, "Print what LibTorch finds here, as JSON");
  ph::RunOptions options;
  auto* run = app.add_subcommand("run", "Train");
  add_run_arguments(*run, options);
  BenchArguments bench_arguments;
  auto* bench = app.add_subcommand("bench", "Measure");
  add_bench_arguments(*bench, bench_arguments);
  ph::RunOptions lock_options;
  auto* lock = app.add_subcommand("plugin", "Plugins")->add_subcommand("lock", "Record hashes");
  add_lock_arguments(*lock, lock_options);
  std::vector<std::string> schema_dirs;
  auto* schema = app.add_subcommand("config-schema", "Print a JSON Schema of configs");
  add_schema_arguments(*schema, schema_dirs);
  ScheduleArguments schedule_arguments;
  auto* schedule = app.add_subcommand("schedule", "Show schedules");
  add_schedule_arguments(*schedule, schedule_arguments);
  const auto args = normalize_arguments(argc, argv);
  try {
    parse_arguments(app, args);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error, args);
  }
  return with_errors_reported([&] {
    if (self_check) return print_self_check();
    if (schema->parsed()) {
      const auto catalog = ph::PluginCatalog::scan(ph::plugin_folders(schema_dirs, nullptr));
      std::cout << ph::config_schema_text(catalog, ph::known_types()) << "\n";
      return 0;
    }
    if (!run->parsed() && !bench->parsed() && !lock->parsed() && !schedule->parsed()) {
      std::cout << app.help();
      return 2;
    }
    check_libtorch();
    warn_about_blas();
    if (lock->parsed()) return ph::lock_plugins(lock_options);
    if (schedule->parsed()) return show_schedules(schedule_arguments);
    return bench->parsed() ? print_bench(bench_arguments) : ph::run_session(options);
  });
}
