#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "train/run_plan.hpp"
#include "train/runner.hpp"

namespace ph {

/// What a run can be made again from: host and its limits, versions, config hash, plugins with theirs.
/// Lines without line breaks.
[[nodiscard]] std::vector<std::string> describe_environment(const RunPlan& plan);

/// The end of a run: results, where the time went (each plugin's too), what was made and where.
/// `picture` is "" where none was drawn; `began` is when the run began: older files are not its own.
[[nodiscard]] std::vector<std::string> describe_end(const RunPlan& plan, const RunResult& result,
                                                    const std::filesystem::path& picture,
                                                    std::filesystem::file_time_type began);

}  // namespace ph
