#include "commands.hpp"
#include "common/run_arguments.hpp"
#include "train/session.hpp"

void add_run(CLI::App& app, Action& action) {
  static ph::RunOptions options;
  auto* command = app.add_subcommand("run", "Train");
  add_run_arguments(*command, options);
  command->callback([&action] { action = [] { return ph::run_session(options); }; });
}
