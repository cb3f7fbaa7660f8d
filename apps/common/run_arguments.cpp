#include "run_arguments.hpp"

#include <algorithm>
#include <cctype>
#include <iostream>

#include "common/config_overrides.hpp"
#include "config/error.hpp"

namespace {

// "3h50m", "90s", "45m", "120" (seconds).
double parse_duration(const std::string& text) {
  double total = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t used = 0;
    double value = -1;
    try {
      value = std::stod(text.substr(at), &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used == 0 || value < 0)
      throw CLI::ValidationError("--stop-after",
                                 "\"" + text + "\" is no duration; expected 3h50m, 45m or 90s");
    at += used;
    const char unit = at < text.size() ? text[at] : 's';
    const std::string units = "smhd";
    const double factors[] = {1, 60, 3600, 86400};
    const auto found = units.find(unit);
    if (found == std::string::npos)
      throw CLI::ValidationError("--stop-after", "unit \"" + std::string(1, unit) + "\" is none of s m h d");
    total += value * factors[found];
    if (at < text.size()) ++at;
  }
  return total;
}

}  // namespace

void add_overrides(CLI::App& app, ph::ConfigOverrides& overrides) {
  app.add_option("--set", overrides.set, "Change the config: a.b.0.c=JSON")
      ->type_name("KEY=JSON")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  app.add_option("--cfg-options,--options", overrides.cfg_options,
                 "The same with mmcv's value syntax: a.b=1,2")
      ->type_name("KEY=VALUE");
}

void add_config_file(CLI::App& app, std::filesystem::path& file, ph::ConfigOverrides& overrides) {
  app.add_option("config", file, "JSON config")->required()->type_name("CFG");
  add_overrides(app, overrides);
}

void add_plugin_dirs(CLI::App& app, std::vector<std::string>& dirs) {
  app.add_option("--plugin-dir", dirs, "Look for plugins here first")
      ->type_name("DIR")
      ->expected(1)
      ->allow_extra_args(false);
}

void add_config_arguments(CLI::App& app, ph::RunOptions& options) {
  add_config_file(app, options.config, options.overrides);
  app.add_option("--seed", options.seed, "Seed of all random numbers (default 0)");
  app.add_option("--device", options.device, "cpu, cuda or auto")
      ->check(CLI::IsMember({"cpu", "cuda", "auto"}));
  add_plugin_dirs(app, options.plugin_dirs);
}

void add_lock_arguments(CLI::App& app, ph::RunOptions& options) {
  app.add_option("config", options.config, "JSON config; without one, all plugins that a run would see")
      ->type_name("CFG");
  add_overrides(app, options.overrides);
  add_plugin_dirs(app, options.plugin_dirs);
  app.footer(
      "The hashes go to posehost.lock.json beside the config, or here without one. `posehost run CFG "
      "--locked`\n"
      "loads these bytes and no others.\n"
      "Example: posehost plugin lock configs/quickstart.json");
}

void add_run_arguments(CLI::App& app, ph::RunOptions& options) {
  add_config_arguments(app, options);
  app.add_option("--work-dir", options.work_dir,
                 "Where logs and checkpoints go (default: the config's, else work_dirs/<config>)")
      ->type_name("DIR");
  app.add_option("--resume", options.resume,
                 "Continue: alone from the work dir's last checkpoint, with =FILE from that")
      ->type_name("[=FILE]");
  app.add_option("--load-from", options.load_from, "Start from the weights of a checkpoint")
      ->type_name("FILE");
  app.add_flag("--locked", options.locked,
               "Load no plugin but the bytes that posehost.lock.json beside the config has the hashes of");
  app.add_flag("--deterministic", options.deterministic, "Refuse operators that may give different bits");
  app.add_option_function<std::string>(
         "--stop-after", [&options](const std::string& text) { options.stop_after_s = parse_duration(text); },
         "Save and leave (exit code 75) after this time: 3h50m")
      ->type_name("TIME");
  app.add_flag("--dry-run", options.dry_run, "Build and check everything, print the plan, train nothing");
  app.add_flag("--no-data", options.no_data, "Dry run where the data set is elsewhere");
  app.add_option("--iters-per-epoch", options.iters_per_epoch, "Length of an epoch for --no-data")
      ->check(CLI::PositiveNumber);
  app.add_flag_callback(
      "--no-validate", [&options] { options.validate = false; }, "No evaluation");
  app.footer(
      "Examples:\n"
      "  posehost run configs/quickstart.json\n"
      "  posehost run cfg.json --set optimizer.lr=0.001 --set total_epochs=30 --seed 1\n"
      "  posehost run cfg.json --dry-run\n"
      "  posehost run cfg.json --resume --stop-after 3h50m");
}

void add_bench_arguments(CLI::App& app, BenchArguments& arguments) {
  add_config_arguments(app, arguments.run);
  app.add_option("--what", arguments.what,
                 "data, step, optimizer, operators; several with commas (default: the first three)")
      ->delimiter(',')
      ->check(CLI::IsMember({"data", "step", "optimizer", "operators"}))
      ->type_name("PART");
  app.add_option("--rounds", arguments.rounds, "Rounds of which the median counts (default 20)")
      ->check(CLI::Range(1, 100000));
  app.add_option("--shapes", arguments.shapes,
                 "optimizer: tensors as in FILE, {\"shapes\": [[64, 3, 7, 7], ...]}, instead of the model's")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  app.add_flag("--json", arguments.json, "Print the figures as JSON");
  app.footer(
      "Examples:\n"
      "  posehost bench configs/quickstart.json\n"
      "  posehost bench cfg.json --what operators --rounds 5\n"
      "  posehost bench cfg.json --what step,optimizer --rounds 50 --set data.samples_per_gpu=32 --json");
}

std::vector<std::string> normalize_arguments(int argc, char** argv) {
  std::vector<std::string> args(argv + 1, argv + argc);
  for (auto& arg : args) {
    if (arg == "--resume") arg = "--resume=auto";
  }
  return args;
}

void parse_arguments(CLI::App& app, std::vector<std::string> args) {
  std::reverse(args.begin(), args.end());  // CLI11 takes them from the back
  app.parse(std::move(args));
}

int report_usage(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& args,
                 const std::string& program) {
  if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
  std::vector<std::string> commands;
  for (const auto* command : app.get_subcommands({})) commands.push_back(command->get_name());
  std::cerr << "error: command line: " << error.what() << "\n";
  if (!args.empty() && !commands.empty() &&
      std::find(commands.begin(), commands.end(), args[0]) == commands.end()) {
    std::cerr << "  found     \"" << args[0] << "\"\n  expected  a command:";
    for (const auto& command : commands) std::cerr << " " << command;
    std::cerr << "\n";
    const auto advice = ph::did_you_mean(args[0], commands);
    std::cerr << "  try       " << (advice.empty() ? program + " --help" : advice) << "\n";
  } else {
    std::cerr << "  try       " << program << (args.empty() ? "" : " " + args[0]) << " --help\n";
  }
  return 2;
}
