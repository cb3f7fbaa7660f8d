#include "commands.hpp"
#include "common/infer_arguments.hpp"
#include "exec_torch.hpp"

void add_infer(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  auto* command = app.add_subcommand("infer", "Find keypoints in images and videos");
  static ph::InferOptions parsed;  // only checked here; posehost-torch parses the same words
  add_infer_arguments(*command, parsed);
  command->callback([&action, &args] { action = [&args]() -> int { exec_torch(args); }; });
}
