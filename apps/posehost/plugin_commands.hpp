#pragma once
#include "commands.hpp"

/// Sub-commands of `posehost plugin` that have a file of their own.
void add_plugin_trust(CLI::App& plugin, Action& action);
void add_plugin_lock(CLI::App& plugin, Action& action, const std::vector<std::string>& args);
void add_plugin_docs(CLI::App& plugin, Action& action);
