#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "analyze/training_log.hpp"
#include "commands.hpp"
#include "common/terminal_size.hpp"
#include "config/node.hpp"
#include "plot/text_plot.hpp"
#include "plot/write_plot.hpp"

namespace {

struct PlotOptions {
  std::vector<std::string> logs, keys{"loss"}, legend;
  std::string title, backend, style = "whitegrid";
  std::filesystem::path out;
  bool json = false;
};

struct TimeOptions {
  std::vector<std::string> logs;
  bool outliers = false, json = false;
};

[[noreturn]] void refuse_backend(const std::string& backend, const std::string& problem,
                                 const std::string& advice) {
  throw ph::Error(ph::ErrorKind::usage, "--backend " + backend + ": " + problem, backend,
                  "agg (.png), svg (.svg), pdf (.pdf), cairo (any of these), terminal (no --out)", advice);
}

// matplotlib's names, as far as they mean something here: what is drawn follows from --out.
void check_backend(const PlotOptions& options) {
  if (options.backend.empty()) return;
  auto name = options.backend;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto suffix = options.out.extension().string();
  if (name == "terminal") {
    if (!options.out.empty()) refuse_backend(options.backend, "it draws into no file", "leave --out away");
    return;
  }
  const bool known = name == "agg" || name == "svg" || name == "pdf" || name == "cairo";
  if (!known) refuse_backend(options.backend, "there is no such backend", "leave it away");
  if (options.out.empty()) refuse_backend(options.backend, "it draws into a file", "--out FILE");
  const std::string wanted = name == "agg" ? ".png" : name == "cairo" ? suffix : "." + name;
  if (suffix != wanted)
    refuse_backend(options.backend, "it does not draw " + suffix,
                   "--out " + options.out.stem().string() + wanted);
}

void check_plot(const PlotOptions& options) {
  check_backend(options);
  if (!options.out.empty()) (void)ph::picture_format(options.out);
  const auto wanted = options.logs.size() * options.keys.size();
  if (options.legend.empty() || options.legend.size() == wanted) return;
  throw ph::Error(ph::ErrorKind::usage, "--legend: not a name for each curve",
                  std::to_string(options.legend.size()) + " names",
                  std::to_string(wanted) + ": all keys of the first log, then of the next", {});
}

ph::Curve curve_of(const ph::TrainingLog& log, const std::string& key) {
  ph::Curve curve;
  for (const auto& point : log.series(key)) {
    curve.x.push_back(point.iter);
    curve.y.push_back(point.value);
  }
  return curve;
}

void print_json(const ph::Figure& figure) {
  ph::Json curves = ph::Json::array();
  for (const auto& curve : figure.panels[0].curves) {
    ph::Json values = ph::Json::array();
    for (const double value : curve.y) values.push_back(std::isfinite(value) ? ph::Json(value) : ph::Json());
    curves.push_back({{"label", curve.label}, {"iter", curve.x}, {"value", values}});
  }
  std::cout << ph::Json{{"curves", curves}}.dump(-1, ' ', false, ph::Json::error_handler_t::replace) << "\n";
}

int plot_curve(const PlotOptions& options) {
  check_plot(options);
  ph::Figure figure;
  figure.title = options.title;
  figure.x_label = "iter";
  figure.style = ph::figure_style(options.style);
  figure.panels.emplace_back();
  auto& curves = figure.panels[0].curves;
  for (const auto& file : options.logs) {
    const auto log = ph::TrainingLog::read(file);
    for (const auto& key : options.keys) {
      if (!options.json) std::printf("plot curve of %s, metric is %s\n", file.c_str(), key.c_str());
      curves.push_back(curve_of(log, key));
      const auto number = curves.size() - 1;
      curves.back().label = options.legend.empty() ? file + "_" + key : options.legend[number];
    }
  }
  if (!options.out.empty()) ph::write_plot(figure, options.out);
  if (options.json) {
    print_json(figure);
  } else if (options.out.empty()) {
    for (const auto& line : ph::text_plot(figure, terminal_columns(), 20)) std::printf("%s\n", line.c_str());
  } else {
    std::printf("save curve to: %s\n", options.out.c_str());
  }
  return 0;
}

struct TimeReport {
  ph::EpochTime slowest, fastest;
  double deviation, mean;
};

TimeReport time_report(const ph::TrainingLog& log, bool outliers) {
  std::vector<double> all;
  const auto epochs = log.epoch_times(outliers, all);
  const auto by_mean = [](const auto& a, const auto& b) { return a.mean < b.mean; };
  double total = 0, sum = 0, squares = 0;
  for (const double value : all) total += value;
  for (const auto& epoch : epochs) sum += epoch.mean;
  const double mean = sum / static_cast<double>(epochs.size());
  for (const auto& epoch : epochs) squares += (epoch.mean - mean) * (epoch.mean - mean);
  return {*std::max_element(epochs.begin(), epochs.end(), by_mean),
          *std::min_element(epochs.begin(), epochs.end(), by_mean),
          std::sqrt(squares / static_cast<double>(epochs.size())), total / static_cast<double>(all.size())};
}

int cal_train_time(const TimeOptions& options) {
  ph::Json answers = ph::Json::array();
  std::string text;
  for (const auto& file : options.logs) {
    const auto report = time_report(ph::TrainingLog::read(file), options.outliers);
    const auto epoch = [](const ph::EpochTime& time) {
      return ph::Json{{"epoch", time.epoch}, {"average_time", time.mean}};
    };
    answers.push_back({{"log", file},
                       {"slowest", epoch(report.slowest)},
                       {"fastest", epoch(report.fastest)},
                       {"std_over_epochs", report.deviation},
                       {"average_iter_time", report.mean}});
    char lines[512];
    std::snprintf(lines, sizeof lines,
                  "slowest epoch %lld, average time is %.4f\nfastest epoch %lld, average time is %.4f\n"
                  "time std over epochs is %.4f\naverage iter time: %.4f s/iter\n\n",
                  static_cast<long long>(report.slowest.epoch), report.slowest.mean,
                  static_cast<long long>(report.fastest.epoch), report.fastest.mean, report.deviation,
                  report.mean);
    text += "-----Analyze train time of " + file + "-----\n" + lines;
  }
  std::cout << (options.json ? answers.dump(2, ' ', false, ph::Json::error_handler_t::replace) + "\n" : text);
  return 0;
}

void add_plot_curve(CLI::App& parent, Action& action) {
  static PlotOptions options;
  auto* command = parent.add_subcommand("plot_curve", "Curves of losses, lr or metrics over a training");
  command->add_option("logs", options.logs, "JSON logs, or work dirs for all logs of a run")
      ->required()
      ->type_name("LOG");
  command->add_option("--keys", options.keys, "What to plot, such as loss, acc_pose, lr, AP, val/loss")
      ->type_name("KEY");
  command->add_option("--title", options.title, "Above the figure");
  command->add_option("--legend", options.legend, "Names of the curves (default: <log>_<key>)")
      ->type_name("NAME");
  command
      ->add_option("--backend", options.backend,
                   "matplotlib's name of what draws: agg, svg, pdf, cairo, terminal")
      ->type_name("NAME");
  command->add_option("--style", options.style, "white, whitegrid (default), dark, darkgrid, ticks")
      ->type_name("NAME");
  command->add_option("--out", options.out, "A .png, .svg or .pdf; without it the terminal")
      ->type_name("FILE");
  command->add_flag("--json", options.json, "Print the points as JSON");
  command->footer(
      "Examples:\n"
      "  posehost analyze-logs plot_curve work_dirs/a/20261124_083000.log.json --keys loss acc_pose\n"
      "  posehost analyze-logs plot_curve a.log.json b.log.json --keys loss --legend first second --out "
      "loss.pdf");
  command->callback([&action] { action = [] { return plot_curve(options); }; });
}

void add_cal_train_time(CLI::App& parent, Action& action) {
  static TimeOptions options;
  auto* command = parent.add_subcommand("cal_train_time", "Time of an iteration, by epochs");
  command->add_option("logs", options.logs, "JSON logs, or work dirs for all logs of a run")
      ->required()
      ->type_name("LOG");
  command->add_flag("--include-outliers", options.outliers,
                    "Count the first row of every epoch too, which has waited for the data");
  command->add_flag("--json", options.json, "Answer as JSON, in full precision");
  command->footer("Example: posehost analyze-logs cal_train_time work_dirs/a/20261124_083000.log.json");
  command->callback([&action] { action = [] { return cal_train_time(options); }; });
}

}  // namespace

void add_analyze_logs(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("analyze-logs", "Curves and times from the JSON logs of a training");
  command->require_subcommand(1);
  command->footer("Example: posehost analyze-logs plot_curve a.log.json --keys loss --out loss.png");
  add_plot_curve(*command, action);
  add_cal_train_time(*command, action);
}
