#include "commands.hpp"
#include "common/report_arguments.hpp"
#include "config/error.hpp"
#include "exec_torch.hpp"
#include "log/log.hpp"
#include "report/result_files.hpp"
#include "report/run_report.hpp"

namespace {

ReportArguments arguments;

// From files alone: at once.
int report_of_files(const std::string& why) {
  std::optional<ph::ReportResults> results;
  auto without = "Not evaluated: " + why;
  try {
    results = ph::results_of_files(arguments.work_dir, arguments.samples);
  } catch (const ph::Error& error) {
    without += "; " + error.summary();
    ph::log_warn("no results in this report: " + error.summary());
  }
  return write_report(arguments, results, without);
}

}  // namespace

void add_report(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  auto* command = app.add_subcommand("report", "One HTML page about a run");
  add_report_arguments(*command, arguments);
  command->callback([&action, &args] {
    action = [&args]() -> int {
      check_report(arguments);
      if (!arguments.predict)
        return report_of_files("--no-predictions, and the work dir has no result_keypoints.json");
      if (!ph::report_checkpoint(arguments.work_dir))
        return report_of_files("the work dir has no checkpoint and no result_keypoints.json");
      exec_torch(args);
    };
  });
}
