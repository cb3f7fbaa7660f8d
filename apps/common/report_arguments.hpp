#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/report_results.hpp"

/// What `posehost report` was asked for.
struct ReportArguments {
  std::filesystem::path work_dir, out;
  std::size_t samples = 8;
  std::vector<std::string> plugin_dirs;
  std::string device;
  bool predict = true, json = false;
};

/// The flags of `posehost report`, for both programs: the one that computes is asked where predictions are to be made.
void add_report_arguments(CLI::App& app, ReportArguments& arguments);

/// What can be seen to go wrong before a checkpoint is evaluated: no log, no place to write to. Throws Error.
void check_report(const ReportArguments& arguments);

/// Writes the page, or prints the JSON. `without`: why there are no results. The exit code.
int write_report(const ReportArguments& arguments, const std::optional<ph::ReportResults>& results,
                 const std::string& without);
