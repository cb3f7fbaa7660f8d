#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "config/load.hpp"

/// What `posehost schedule` was asked for.
struct ScheduleArguments {
  std::filesystem::path config;
  ph::ConfigOverrides overrides;  ///< of `config`
  std::filesystem::path against;  ///< empty: no other
  std::int64_t iters_per_epoch = 0;
  std::vector<std::string> groups;  ///< JSON objects
  std::vector<std::string> plugin_dirs;
  std::filesystem::path csv, out;  ///< empty: not wanted
  bool json = false;
};

/// The flags of `posehost schedule`, for both programs: the one that computes is asked where model and data
/// have to say how many groups and iterations there are.
void add_schedule_arguments(CLI::App& app, ScheduleArguments& arguments);
