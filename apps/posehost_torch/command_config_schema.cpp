#include <iostream>

#include "commands.hpp"
#include "common/schema_arguments.hpp"
#include "train/known_types.hpp"

namespace {

int print_schema(const std::vector<std::string>& plugin_dirs) {
  const auto catalog = ph::PluginCatalog::scan(ph::plugin_folders(plugin_dirs, nullptr));
  std::cout << ph::config_schema_text(catalog, ph::known_types()) << "\n";
  return 0;
}

}  // namespace

void add_config_schema(CLI::App& app, Action& action) {
  static std::vector<std::string> plugin_dirs;
  auto* command = app.add_subcommand("config-schema", "Print a JSON Schema of configs");
  add_schema_arguments(*command, plugin_dirs);
  command->callback([&action] { action = [] { return print_schema(plugin_dirs); }; });
}
