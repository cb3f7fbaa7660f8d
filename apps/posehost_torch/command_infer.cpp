#include "commands.hpp"
#include "common/infer_arguments.hpp"
#include "infer/infer_session.hpp"

void add_infer(CLI::App& app, Action& action) {
  static ph::InferOptions options;
  auto* command = app.add_subcommand("infer", "Find keypoints");
  add_infer_arguments(*command, options);
  command->callback([&action] { action = [] { return ph::infer_session(options); }; });
}
