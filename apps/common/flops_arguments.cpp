#include "common/flops_arguments.hpp"

#include "common/run_arguments.hpp"

void add_flops_arguments(CLI::App& app, FlopsArguments& arguments) {
  add_config_file(app, arguments.config, arguments.overrides);
  app.add_option("--shape", arguments.shape,
                 "Height and width of the input, one number for both (default: the config's image_size, else "
                 "256 192)")
      ->expected(1, 2)
      ->check(CLI::Range(1, 16384))
      ->type_name("H W");
  app.add_option("--convention", arguments.convention,
                 "posehost: every operator that runs, MACs and FLOPs. mmcv: as mmpose's model zoo counts")
      ->check(CLI::IsMember({"posehost", "mmcv"}));
  app.add_option("--depth", arguments.depth,
                 "Sum rows by so many parts of the layers' names (default 0: a row for each operator)")
      ->check(CLI::Range(0, 32))
      ->type_name("N");
  app.add_flag("--json", arguments.json, "Answer as JSON");
  app.footer(
      "The network runs once on a black image, on the CPU, with weights that nobody drew.\n"
      "Examples:\n"
      "  posehost get-flops configs/quickstart.json --depth 2\n"
      "  posehost get-flops cfg.json --shape 384 288 --convention mmcv");
}
