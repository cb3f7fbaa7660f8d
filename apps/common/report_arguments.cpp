#include "report_arguments.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "analyze/training_log.hpp"
#include "report/run_report.hpp"
#include "tensor/atomic_file.hpp"
#include "tensor/safetensors.hpp"

void add_report_arguments(CLI::App& app, ReportArguments& arguments) {
  app.add_option("work_dir", arguments.work_dir, "Work dir of the run")->required()->type_name("WORKDIR");
  app.add_option("--out", arguments.out, "The page (default: WORKDIR/report.html)")->type_name("F.html");
  app.add_option("--samples", arguments.samples, "Best samples shown, and as many worst (default 8)")
      ->check(CLI::Range(0, 200));
  app.add_flag_callback(
      "--no-predictions", [&arguments] { arguments.predict = false; },
      "Evaluate no checkpoint: what the work dir holds must do");
  app.add_option("--plugin-dir", arguments.plugin_dirs, "Look for plugins here first")
      ->type_name("DIR")
      ->expected(1)
      ->allow_extra_args(false);
  app.add_option("--device", arguments.device, "cpu, cuda or auto")
      ->check(CLI::IsMember({"cpu", "cuda", "auto"}));
  app.add_flag("--json", arguments.json, "Answer as JSON instead of a page");
  app.footer(
      "One HTML file without scripts, to be kept or sent: curves, schedule, metrics, errors by keypoint, "
      "best and worst\n"
      "samples of the best checkpoint, environment, config.\n"
      "Examples:\n"
      "  posehost report runs/quickstart\n"
      "  posehost report work_dirs/res50 --out res50.html --samples 20\n"
      "  posehost report work_dirs/res50 --no-predictions --json");
}

namespace {

std::filesystem::path page_of(const ReportArguments& arguments) {
  return arguments.out.empty() ? arguments.work_dir / "report.html" : arguments.out;
}

}  // namespace

void check_report(const ReportArguments& arguments) {
  (void)ph::TrainingLog::read(arguments.work_dir);
  if (!arguments.json) const ph::AtomicFile probe{page_of(arguments)};
}

int write_report(const ReportArguments& arguments, const std::optional<ph::ReportResults>& results,
                 const std::string& without) {
  if (arguments.json) {
    std::cout << ph::run_report_json(arguments.work_dir, results, without)
                     .dump(2, ' ', false, ph::Json::error_handler_t::replace)
              << "\n";
    return 0;
  }
  const auto out = page_of(arguments);
  ph::write_file_atomically(out, ph::run_report_html(arguments.work_dir, results, without));
  std::cout << "report " << out.string() << "\n";
  return 0;
}
