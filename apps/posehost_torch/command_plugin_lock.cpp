#include "commands.hpp"
#include "common/run_arguments.hpp"
#include "train/session.hpp"

void add_plugin_lock(CLI::App& app, Action& action) {
  static ph::RunOptions options;
  auto* command = app.add_subcommand("plugin", "Plugins")->add_subcommand("lock", "Record hashes");
  add_lock_arguments(*command, options);
  command->callback([&action] { action = [] { return ph::lock_plugins(options); }; });
}
