#include <filesystem>

#include "commands.hpp"
#include "plugin_commands.hpp"
#include "plugin_commands/plugin_commands.hpp"

void add_plugin(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  auto* plugin = app.add_subcommand("plugin", "List, describe and check plugins");
  plugin->require_subcommand(1);
  plugin->footer("Example: posehost plugin info Adam");
  add_plugin_commands(*plugin, action, {std::filesystem::read_symlink("/proc/self/exe").string(), "plugin"});

  add_plugin_trust(*plugin, action);
  add_plugin_lock(*plugin, action, args);
  add_plugin_docs(*plugin, action);
  add_plugin_replay(*plugin, action);
  add_plugin_new(*plugin, action);
  add_plugin_kernel(*plugin, action);
}
