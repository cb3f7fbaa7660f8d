// posehost: answers at once; commands that compute hand over to posehost-torch.
#include <iostream>

#include "commands.hpp"
#include "common/report_error.hpp"
#include "common/run_arguments.hpp"

int main(int argc, char** argv) {
  CLI::App app{"posehost trains 2-D pose networks from JSON configs."};
  app.name("posehost");
  app.set_version_flag("--version", "posehost " POSEHOST_VERSION " (plugin ABI 0.9)");
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 check failed, 2 usage or config, 3 plugin, 4 data, 5 internal,\n"
      "6 disk, memory or environment, 7 NaN, 75 saved and to be started again.\n"
      "Example: posehost run configs/quickstart.json");
  const auto args = normalize_arguments(argc, argv);
  Action action;
  add_run(app, action, args);
  add_test(app, action, args);
  add_infer(app, action, args);
  add_bench(app, action, args);
  add_print_config(app, action);
  add_config_schema(app, action, args);
  add_weights(app, action);
  add_convert(app, action);
  add_publish(app, action);
  add_plugin(app, action, args);
  add_doctor(app, action);
  add_evaluate(app, action);
  add_status(app, action);
  add_ctl(app, action);
  add_schedule(app, action, args);
  add_analyze_logs(app, action);
  add_init(app, action);
  add_runs(app, action);
  add_report(app, action, args);
  add_browse(app, action, args);
  add_get_flops(app, action, args);
  add_export(app, action, args);
  add_check_model(app, action, args);
  if (args.empty()) {
    std::cout << app.help();
    return 2;
  }
  try {
    parse_arguments(app, args);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error, args);
  }
  return with_errors_reported(action);
}
