// posehost-torch: the part of posehost that computes. Started by posehost; not meant for hands.
#include <iostream>

#include "commands.hpp"
#include "common/report_error.hpp"
#include "common/run_arguments.hpp"
#include "self_check.hpp"

int main(int argc, char** argv) {
  CLI::App app{"The part of posehost that computes; use posehost."};
  app.name("posehost-torch");
  app.require_subcommand(0, 1);
  bool self_check = false;
  app.add_flag("--self-check", self_check, "Print what LibTorch finds here, as JSON");
  Action action;
  add_run(app, action);
  add_test(app, action);
  add_infer(app, action);
  add_bench(app, action);
  add_plugin_lock(app, action);
  add_config_schema(app, action);
  add_schedule(app, action);
  add_report(app, action);
  add_browse(app, action);
  add_get_flops(app, action);
  add_export(app, action);
  add_check_model(app, action);
  const auto args = normalize_arguments(argc, argv);
  try {
    parse_arguments(app, args);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error, args);
  }
  return with_errors_reported([&] {
    if (self_check) return print_self_check();
    if (!action) {
      std::cout << app.help();
      return 2;
    }
    check_libtorch();
    warn_about_blas();
    return action();
  });
}
