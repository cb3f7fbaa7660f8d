#include "commands.hpp"
#include "common/run_arguments.hpp"
#include "exec_torch.hpp"

void add_bench(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  auto* command = app.add_subcommand("bench", "Measure data loading, a training step, the optimizer");
  static BenchArguments parsed;  // only checked here; posehost-torch parses the same words
  add_bench_arguments(*command, parsed);
  command->callback([&action, &args] { action = [&args]() -> int { exec_torch(args); }; });
}
