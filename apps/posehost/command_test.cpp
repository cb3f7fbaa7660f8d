#include "commands.hpp"
#include "common/test_arguments.hpp"
#include "exec_torch.hpp"

void add_test(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  auto* command = app.add_subcommand("test", "Evaluate weights on a config's test data");
  static ph::TestOptions parsed;  // only checked here; posehost-torch parses the same words
  add_test_arguments(*command, parsed);
  command->callback([&action, &args] { action = [&args]() -> int { exec_torch(args); }; });
}
