#include <iostream>

#include "commands.hpp"
#include "config/load.hpp"
#include "config/run_config.hpp"

void add_print_config(CLI::App& app, Action& action) {
  struct Options {
    std::string file;
    ph::ConfigOverrides overrides;
    bool unchecked = false;
  };
  static Options options;
  auto* command = app.add_subcommand(
      "print-config", "Print the config that a run would use: bases merged, overrides applied, checked");
  command->add_option("config", options.file, "JSON config")->required()->type_name("CFG");
  command->add_option("--set", options.overrides.set, "Change the config: a.b.0.c=JSON")
      ->type_name("KEY=JSON")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  command
      ->add_option("--cfg-options,--options", options.overrides.cfg_options,
                   "The same with mmcv's value syntax")
      ->type_name("KEY=VALUE");
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
