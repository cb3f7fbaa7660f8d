// posehost-plugin: what an author of plugins needs of posehost, beside the SDK. No LibTorch.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "common/report_error.hpp"
#include "common/run_arguments.hpp"
#include "plugin_commands/plugin_commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{"posehost-plugin lists, describes and checks plugins of posehost."};
  app.name("posehost-plugin");
  app.set_version_flag("--version", "posehost-plugin " POSEHOST_VERSION " (plugin ABI 0.9)");
  app.require_subcommand(1);
  app.footer("Example: posehost-plugin check com.acme.optimizers.so");
  std::function<int()> action;
  add_plugin_commands(app, action, {std::filesystem::read_symlink("/proc/self/exe").string()});
  const auto args = normalize_arguments(argc, argv);
  if (args.empty()) {
    std::cout << app.help();
    return 2;
  }
  try {
    parse_arguments(app, args);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error, args, app.get_name());
  }
  return with_errors_reported(action);
}
