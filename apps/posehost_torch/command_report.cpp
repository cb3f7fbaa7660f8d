#include "commands.hpp"
#include "common/report_arguments.hpp"
#include "config/error.hpp"
#include "log/log.hpp"
#include "report/run_report.hpp"
#include "tools/predict_report.hpp"

namespace {

int report(const ReportArguments& arguments) {
  const auto checkpoint = ph::report_checkpoint(arguments.work_dir);
  if (!checkpoint) return write_report(arguments, std::nullopt, "Not evaluated: no checkpoint.");
  std::optional<ph::ReportResults> results;
  std::string without;
  try {
    results = ph::predict_for_report(
        {arguments.work_dir, *checkpoint, arguments.samples, arguments.plugin_dirs, arguments.device});
  } catch (const ph::Error& error) {
    // Pictures that have moved away are no reason to have no curves.
    without = "Not evaluated: " + error.summary();
    ph::log_warn("no predictions in this report: " + error.summary());
  }
  return write_report(arguments, results, without);
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  static ReportArguments arguments;
  auto* command = app.add_subcommand("report", "One HTML page about a run");
  add_report_arguments(*command, arguments);
  command->callback([&action] { action = [] { return report(arguments); }; });
}
