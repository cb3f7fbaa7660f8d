#include "plugin_commands/plugin_commands.hpp"

namespace {

PluginArguments arguments;

}  // namespace

void add_plugin_commands(CLI::App& app, std::function<int()>& action, const std::vector<std::string>& self) {
  const auto common = [](CLI::App* command) {
    command->add_option("--plugin-dir", arguments.dirs, "Look here first")->type_name("DIR");
    command->add_flag("--json", arguments.json, "Answer as JSON");
  };
  const auto program = app.get_parent() != nullptr ? "posehost plugin" : app.get_name();
  auto* listing = app.add_subcommand("list", "All plugins that a run would see; runs none of their code");
  common(listing);
  listing->footer("Example: " + program + " list --plugin-dir ./build");
  listing->callback([&action] { action = [] { return list_plugins(arguments); }; });

  auto* details = app.add_subcommand(
      "info", "One plugin or component: what it is and its arguments; runs none of its code");
  details->add_option("what", arguments.target, "A file, a plugin id or a component")->required();
  common(details);
  details->footer("Example: " + program + " info org.posehost.optimizers/Adam");
  details->callback([&action] { action = [] { return describe_plugins(arguments); }; });

  add_plugin_check(app, action, self);
}
