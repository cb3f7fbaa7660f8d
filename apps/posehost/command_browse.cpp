#include "commands.hpp"
#include "common/browse_arguments.hpp"
#include "exec_torch.hpp"

void add_browse(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  auto* command = app.add_subcommand("browse", "Training samples with points and targets, as an HTML page");
  static BrowseArguments parsed;  // only checked here; posehost-torch parses the same words
  add_browse_arguments(*command, parsed);
  command->callback([&action, &args] { action = [&args]() -> int { exec_torch(args); }; });
}
