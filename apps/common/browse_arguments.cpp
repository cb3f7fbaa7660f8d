#include "browse_arguments.hpp"

#include "run_arguments.hpp"

void add_browse_arguments(CLI::App& app, BrowseArguments& arguments) {
  add_config_arguments(app, arguments.run);
  app.add_option("--n", arguments.count, "Samples, spread evenly over data.train (default 24)")
      ->check(CLI::Range(1, 1000));
  app.add_option("--epoch", arguments.epoch, "Whose random numbers are drawn (default 0)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--out", arguments.out, "The page (default: samples.html)")->type_name("F.html");
  app.footer(
      "One HTML file without scripts: samples as the network gets them, with points, boxes and target "
      "heatmaps. The same\n"
      "seed gives the same bytes.\n"
      "Examples:\n"
      "  posehost browse configs/quickstart.json\n"
      "  posehost browse cfg.json --n 100 --seed 7 --out before.html");
}
