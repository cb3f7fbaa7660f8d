#include "common/schedule_arguments.hpp"

#include "common/run_arguments.hpp"

void add_schedule_arguments(CLI::App& app, ScheduleArguments& arguments) {
  add_config_file(app, arguments.config, arguments.overrides);
  app.add_option("--against", arguments.against, "A second config to compare with, as it is written")
      ->type_name("CFG2");
  auto* iters = app.add_option("--iters-per-epoch", arguments.iters_per_epoch,
                               "Iterations of an epoch: model and data are then not needed")
                    ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40))
                    ->type_name("N");
  app.add_option("--group", arguments.groups,
                 "A parameter group, by what it overrides: '{\"lr\": 0.1}', {} for nothing; may be repeated")
      ->needs(iters)
      ->type_name("JSON")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("--csv", arguments.csv,
                 "Write every value: iter,epoch,group,lr,momentum,…; iterations, epochs and groups from 0")
      ->type_name("FILE");
  app.add_option("--out", arguments.out, "Draw into a .png, .svg or .pdf instead of the terminal")
      ->type_name("FILE");
  app.add_option("--plugin-dir", arguments.plugin_dirs, "Look for plugins here first")
      ->type_name("DIR")
      ->expected(1)
      ->allow_extra_args(false);
  app.add_flag("--json", arguments.json, "Answer as JSON, with every value");
  app.footer(
      "Examples:\n"
      "  posehost schedule configs/quickstart.json\n"
      "  posehost schedule cfg.json --iters-per-epoch 2341 --csv lr.csv --out lr.png\n"
      "  posehost schedule cfg.json --iters-per-epoch 100 --group '{}' --group '{\"lr\": 0.1, \"momentum\": "
      "0.8}'\n"
      "  posehost schedule old.json --against new.json --iters-per-epoch 100 --out both.svg");
}
