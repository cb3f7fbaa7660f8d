#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "config/load.hpp"

/// What `posehost get-flops` was asked for.
struct FlopsArguments {
  std::filesystem::path config;
  ph::ConfigOverrides overrides;
  std::vector<std::int64_t> shape;  ///< height, width; one for both; empty: the config's
  std::string convention = "posehost";
  std::size_t depth = 0;
  bool json = false;
};

/// The flags, for both programs.
void add_flops_arguments(CLI::App& app, FlopsArguments& arguments);
