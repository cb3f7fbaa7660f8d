#include "commands.hpp"
#include "common/test_arguments.hpp"
#include "train/test_session.hpp"

void add_test(CLI::App& app, Action& action) {
  static ph::TestOptions options;
  auto* command = app.add_subcommand("test", "Evaluate weights");
  add_test_arguments(*command, options);
  command->callback([&action] { action = [] { return ph::test_session(options); }; });
}
