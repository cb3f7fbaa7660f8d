#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>

#include "train/run_options.hpp"

/// What `posehost browse` was asked for.
struct BrowseArguments {
  ph::RunOptions run;
  std::int64_t count = 24, epoch = 0;
  std::filesystem::path out = "samples.html";
};

/// The flags of `posehost browse`, for both programs.
void add_browse_arguments(CLI::App& app, BrowseArguments& arguments);
