#include "commands.hpp"
#include "common/run_arguments.hpp"
#include "exec_torch.hpp"

void add_run(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  auto* command = app.add_subcommand("run", "Train, and evaluate on the way, by a config");
  static ph::RunOptions parsed;  // only checked here; posehost-torch parses the same words
  add_run_arguments(*command, parsed);
  command->callback([&action, &args] { action = [&args]() -> int { exec_torch(args); }; });
}
