#include <cstdio>
#include <filesystem>

#include "commands.hpp"
#include "plugin/trust.hpp"
#include "plugin_commands/plugin_commands.hpp"

namespace {

std::string trusted_folder;

int trust() {
  ph::trust_directory(trusted_folder);
  std::printf("trusted: plugins in %s may now be named by configs; they run with your rights\n",
              trusted_folder.c_str());
  return 0;
}

}  // namespace

void add_plugin(CLI::App& app, Action& action) {
  auto* plugin = app.add_subcommand("plugin", "List, describe and check plugins");
  plugin->require_subcommand(1);
  plugin->footer("Example: posehost plugin info Adam");
  add_plugin_commands(*plugin, action, {std::filesystem::read_symlink("/proc/self/exe").string(), "plugin"});

  auto* trusting = plugin->add_subcommand("trust", "Let configs name plugins in a folder");
  trusting->add_option("dir", trusted_folder, "Folder")->required()->check(CLI::ExistingDirectory);
  trusting->footer("Example: posehost plugin trust ~/my-plugins");
  trusting->callback([&action] { action = trust; });

  add_plugin_replay(*plugin, action);
  add_plugin_new(*plugin, action);
  add_plugin_kernel(*plugin, action);
}
