#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

/// The flags of `posehost config-schema`, for both programs.
void add_schema_arguments(CLI::App& app, std::vector<std::string>& plugin_dirs);
