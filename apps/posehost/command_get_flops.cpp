#include "commands.hpp"
#include "common/flops_arguments.hpp"
#include "exec_torch.hpp"

void add_get_flops(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  static FlopsArguments arguments;
  auto* command = app.add_subcommand("get-flops", "Count a network's operations, parameters and memory");
  add_flops_arguments(*command, arguments);
  command->callback([&action, &args] { action = [&args]() -> int { exec_torch(args); }; });
}
