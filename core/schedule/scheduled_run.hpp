#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plot/figure.hpp"
#include "schedule/read_schedules.hpp"

namespace ph {

/// The hyper-parameters of a run as its schedules make them, for tables and plots. Nothing is trained.
struct ScheduledRun {
  std::string label;  ///< the config's name
  RunLength length;
  std::vector<HyperInfo> hypers;
  std::vector<std::vector<double>> base;  ///< [group][hyper-parameter]
  std::vector<std::shared_ptr<ScheduleChain>> schedules;
  std::vector<std::string> notes;  ///< what the reader should know, a line each

  /// What is shown: lr, momentum, and whatever else has a schedule. Indices into `hypers`.
  [[nodiscard]] std::vector<std::size_t> columns() const;
  /// The value of hyper-parameter `column` of `group` in iteration `iter`, from 0.
  [[nodiscard]] double value(std::int64_t iter, std::size_t group, std::size_t column) const;
};

/// Reads what schedules need of a checked config without model and data: optimizer, schedules, length.
/// `groups` are JSON objects of overrides, one a parameter group; none: one group without. Throws Error.
[[nodiscard]] ScheduledRun read_scheduled_run(const Node& config, const PluginCatalog& catalog,
                                              std::int64_t iters_per_epoch, const std::vector<Node>& groups);

/// Iterations that show the shape: first, last, some between, and around jumps. Ascending.
[[nodiscard]] std::vector<std::int64_t> telling_iterations(const ScheduledRun& run);

/// Rows "iter,epoch,group,lr,…" to `write`, a row per iteration and group, in full precision.
void write_schedule_csv(const ScheduledRun& run, const std::function<void(const std::string&)>& write);

/// A panel a hyper-parameter, a curve a group of each run.
[[nodiscard]] Figure schedule_figure(const std::vector<ScheduledRun>& runs);

}  // namespace ph
