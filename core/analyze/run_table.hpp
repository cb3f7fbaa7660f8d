#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "analyze/best_value.hpp"

namespace ph {

/// A run in a table of runs.
struct RunRow {
  std::filesystem::path folder;
  std::string name;   ///< path below the folder that was asked for, "." for itself
  std::string state;  ///< running, finished, stopped, failed, died; "unknown" without a status
  std::int64_t epoch = 0, max_epochs = 0, iter = 0, max_iters = 0;  ///< max_epochs 0: counted by iteration
  double updated = 0;                                               ///< seconds since 1970; 0: not known
  std::vector<BestMetric> metrics;
  /// Where its config differs from those of the others: dotted key and compact JSON ("" where it has no such key).
  std::vector<std::pair<std::string, std::string>> settings;
  std::string problem;  ///< what of it could not be read
};

/// All runs below `folder` (folders with status.json, or with config.json and a log), by name, up to 8 folders deep. Runs within a run's
/// folder count too. What cannot be read of a run is in its `problem`. Throws Error(data): no folder, no run in it.
[[nodiscard]] std::vector<RunRow> find_runs(const std::filesystem::path& folder);

/// By "name", "state", "epoch", "updated" (newest first) or a metric (best first, runs without it last). Throws Error(usage) for another key.
void sort_runs(std::vector<RunRow>& runs, const std::string& key);

/// Names of all metrics of the runs, in order of their first appearance.
[[nodiscard]] std::vector<std::string> metric_names(const std::vector<RunRow>& runs);

}  // namespace ph
