#include <iostream>

#include "commands.hpp"
#include "common/run_arguments.hpp"
#include "config/load.hpp"
#include "config/run_config.hpp"

void add_print_config(CLI::App& app, Action& action) {
  struct Options {
    std::filesystem::path file;
    ph::ConfigOverrides overrides;
    bool unchecked = false;
  };
  static Options options;
  auto* command = app.add_subcommand(
      "print-config", "Print the config that a run would use: bases merged, overrides applied, checked");
  add_config_file(*command, options.file, options.overrides);
  command->add_flag("--no-check", options.unchecked,
                    "Print without checking the host's sections or filling defaults");
  command->footer("Example: posehost print-config configs/quickstart.json --set optimizer.lr=0.001");
  command->callback([&action] {
    action = [] {
      auto config = ph::load_config(options.file, options.overrides);
      if (!options.unchecked) config = ph::check_run_config(config);
      std::cout << ph::pretty_config(config, /*mask_environment=*/true) << "\n";
      return 0;
    };
  });
}
