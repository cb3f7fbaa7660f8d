#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

/// list, info and check: below `posehost plugin`, and by themselves in posehost-plugin, which comes with
/// the SDK.

struct PluginArguments {
  std::vector<std::string> dirs;  ///< --plugin-dir
  std::string target;
  bool json = false;
};

/// Adds the commands to `app`. `self` is how this program is started again up to the command: the path of
/// the program, then "plugin" where that is a word of its own.
void add_plugin_commands(CLI::App& app, std::function<int()>& action, const std::vector<std::string>& self);

int list_plugins(const PluginArguments& arguments);
int describe_plugins(const PluginArguments& arguments);
void add_plugin_check(CLI::App& app, std::function<int()>& action, const std::vector<std::string>& self);
