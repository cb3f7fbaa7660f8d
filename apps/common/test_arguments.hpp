#pragma once
#include <CLI/CLI.hpp>

#include "train/test_options.hpp"

/// The flags of `posehost test`, for both programs.
void add_test_arguments(CLI::App& app, ph::TestOptions& options);
