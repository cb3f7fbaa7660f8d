#include <unistd.h>

#include <iostream>

#include "commands.hpp"
#include "common/schema_arguments.hpp"
#include "exec_torch.hpp"
#include "log/log.hpp"
#include "plugin/config_schema.hpp"
#include "program_paths.hpp"

void add_config_schema(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  static std::vector<std::string> plugin_dirs;
  auto* command = app.add_subcommand("config-schema", "Print a JSON Schema of configs, for editors");
  add_schema_arguments(*command, plugin_dirs);
  command->callback([&action, &args] {
    action = [&args]() -> int {
      // It knows the model parts, data sets and transforms besides.
      if (access(torch_program().c_str(), X_OK) == 0) exec_torch(args);
      ph::log_warn("posehost-torch is not there: what model and data sets may hold is left open");
      const auto catalog = ph::PluginCatalog::scan(ph::plugin_folders(plugin_dirs, nullptr));
      std::cout << ph::config_schema_text(catalog, {}) << "\n";
      return 0;
    };
  });
}
