#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "train/run_options.hpp"

/// Adds the flags of `posehost run` to `app`; both programs parse them, so that help and usage errors
/// come at once and the program that computes gets what it needs. `options` is filled by parsing.
void add_run_arguments(CLI::App& app, ph::RunOptions& options);

/// A config with what may be changed in it: CFG, --set, --cfg-options.
void add_config_file(CLI::App& app, std::filesystem::path& file, ph::ConfigOverrides& overrides);

/// The part of them that says what a config means; for other commands that take one.
void add_config_arguments(CLI::App& app, ph::RunOptions& options);

/// The flags of `posehost plugin lock`, for both programs likewise.
void add_lock_arguments(CLI::App& app, ph::RunOptions& options);

/// What `posehost bench` was asked for.
struct BenchArguments {
  ph::RunOptions run;
  std::vector<std::string> what{"data", "step", "optimizer"};
  int rounds = 20;
  std::filesystem::path shapes;
  bool json = false;
};
/// The flags of `posehost bench`, for both programs likewise.
void add_bench_arguments(CLI::App& app, BenchArguments& arguments);

/// "--resume" alone means "--resume=auto" and never takes the next word.
std::vector<std::string> normalize_arguments(int argc, char** argv);

/// Parses `args` (the program's name left out). Throws CLI::ParseError.
void parse_arguments(CLI::App& app, std::vector<std::string> args);

/// Shows `error` as CLI11 does, with the nearest sub-command for an unknown one; the exit code, 2 for
/// wrong usage. `program` is what a user would start.
int report_usage(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& args,
                 const std::string& program = "posehost");
