#pragma once
#include <CLI/CLI.hpp>

#include "common/action.hpp"

/// Each adds one command (one file a command); posehost has a command of the same name, which parses the same
/// words for --help and usage errors and then hands over.
void add_run(CLI::App& app, Action& action);
void add_test(CLI::App& app, Action& action);
void add_infer(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_plugin_lock(CLI::App& app, Action& action);
void add_config_schema(CLI::App& app, Action& action);
void add_schedule(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_browse(CLI::App& app, Action& action);
void add_get_flops(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_check_model(CLI::App& app, Action& action);
