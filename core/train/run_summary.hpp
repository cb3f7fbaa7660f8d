#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "train/run_plan.hpp"
#include "train/runner.hpp"

namespace ph {

/// What a run can be made again from: host and its limits, versions, config hash, plugins with theirs.
/// Lines without line breaks.
[[nodiscard]] std::vector<std::string> describe_environment(const RunPlan& plan);

/// Files of a folder and when they were last changed.
using FolderState = std::map<std::string, std::filesystem::file_time_type>;
[[nodiscard]] FolderState state_of_folder(const std::filesystem::path& folder);

/// The end of a run: results, where the time went (each plugin's too), what was made and where.
/// `picture` is "" where none was drawn. `before` is the work dir as the run found it: what is new or
/// changed since is the run's, whatever the clock did meanwhile.
[[nodiscard]] std::vector<std::string> describe_end(const RunPlan& plan, const RunResult& result,
                                                    const std::filesystem::path& picture,
                                                    const FolderState& before);

}  // namespace ph
