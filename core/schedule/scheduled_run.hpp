#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plot/figure.hpp"
#include "schedule/read_schedules.hpp"

namespace ph {

/// A parameter group of one of a run's optimizers.
struct ScheduledGroup {
  std::string optimizer;     ///< "SGD", "backbone: SGD" where there are several
  std::vector<double> base;  ///< by the run's hyper-parameters; NaN where its optimizer has no such
};

/// The hyper-parameters of a run as its schedules make them, for tables and plots. Nothing is trained.
struct ScheduledRun {
  std::string label;  ///< the config's name
  RunLength length;
  std::vector<HyperInfo> hypers;  ///< of all optimizers
  std::vector<ScheduledGroup> groups;
  std::vector<std::shared_ptr<ScheduleChain>> schedules;
  std::vector<std::string> notes;  ///< what the reader should know, a line each

  /// Adds a group for each of `bases`, the initial values of the hyper-parameters `own` of `optimizer`.
  /// `hypers` is complete by then.
  void add_groups(const std::string& optimizer, const std::vector<HyperInfo>& own,
                  const std::vector<std::vector<double>>& bases);
  /// What is shown: lr, momentum, and whatever else has a schedule. Indices into `hypers`.
  [[nodiscard]] std::vector<std::size_t> columns() const;
  /// Whether the optimizer of `group` has that hyper-parameter.
  [[nodiscard]] bool has(std::size_t group, std::size_t column) const;
  /// The value of hyper-parameter `column` of `group` in iteration `iter`, from 0; NaN where it has none.
  [[nodiscard]] double value(std::int64_t iter, std::size_t group, std::size_t column) const;
  /// The schedule of a column; null where it stays as it is.
  [[nodiscard]] const ScheduleChain* schedule_of(std::size_t column) const;
};

/// Reads what schedules need of a checked config without model and data: optimizers, schedules, length.
/// `groups` are JSON objects of overrides, one a parameter group, with "optimizer" (its part) in them where the
/// config has several; an optimizer for which there is none has one group without overrides. Throws Error.
[[nodiscard]] ScheduledRun read_scheduled_run(const Node& config, const PluginCatalog& catalog,
                                              std::int64_t iters_per_epoch, const std::vector<Node>& groups);

/// Iterations that show the shape: first, last, some between, and around jumps. Ascending.
[[nodiscard]] std::vector<std::int64_t> telling_iterations(const ScheduledRun& run);

/// Rows "iter,epoch,group,lr,…" to `write`, a row per iteration and group, in full precision; `absent` stands
/// where a group's optimizer has no such hyper-parameter.
void write_schedule_csv(const ScheduledRun& run, const std::function<void(const std::string&)>& write,
                        const std::string& absent = "");

/// A panel a hyper-parameter, a curve a group of each run.
[[nodiscard]] Figure schedule_figure(const std::vector<ScheduledRun>& runs);

}  // namespace ph
