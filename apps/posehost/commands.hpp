#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "common/action.hpp"

/// Each adds one command (one file a command).
void add_run(CLI::App& app, Action& action, const std::vector<std::string>& args);
void add_bench(CLI::App& app, Action& action, const std::vector<std::string>& args);
void add_print_config(CLI::App& app, Action& action);
void add_plugin_new(CLI::App& plugin, Action& action);
void add_config_schema(CLI::App& app, Action& action, const std::vector<std::string>& args);
void add_plugin(CLI::App& app, Action& action, const std::vector<std::string>& args);
void add_doctor(CLI::App& app, Action& action);
void add_weights(CLI::App& app, Action& action);
void add_convert(CLI::App& app, Action& action);
void add_publish(CLI::App& app, Action& action);
void add_test(CLI::App& app, Action& action, const std::vector<std::string>& args);
void add_infer(CLI::App& app, Action& action, const std::vector<std::string>& args);
void add_evaluate(CLI::App& app, Action& action);
void add_status(CLI::App& app, Action& action);
void add_ctl(CLI::App& app, Action& action);
void add_schedule(CLI::App& app, Action& action, const std::vector<std::string>& args);
void add_get_flops(CLI::App& app, Action& action, const std::vector<std::string>& args);
void add_export(CLI::App& app, Action& action, const std::vector<std::string>& args);
void add_check_model(CLI::App& app, Action& action, const std::vector<std::string>& args);
void add_analyze_logs(CLI::App& app, Action& action);
void add_init(CLI::App& app, Action& action);
void add_runs(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action, const std::vector<std::string>& args);
void add_browse(CLI::App& app, Action& action, const std::vector<std::string>& args);
/// The same below `plugin`.
void add_plugin_replay(CLI::App& plugin, Action& action);
void add_plugin_kernel(CLI::App& plugin, Action& action);
