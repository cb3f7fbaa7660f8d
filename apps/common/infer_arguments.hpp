#pragma once
#include <CLI/CLI.hpp>

#include "infer/infer_options.hpp"

/// The flags of `posehost infer`, for both programs.
void add_infer_arguments(CLI::App& app, ph::InferOptions& options);
