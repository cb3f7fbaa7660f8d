#include "commands.hpp"
#include "doctor.hpp"

void add_doctor(CLI::App& app, Action& action) {
  static bool json = false;
  auto* command =
      app.add_subcommand("doctor", "Check this installation and this machine, and say what to repair");
  command->add_flag("--json", json, "Answer as JSON");
  command->footer("Example: posehost doctor");
  command->callback([&action] { action = [] { return run_doctor(json); }; });
}
