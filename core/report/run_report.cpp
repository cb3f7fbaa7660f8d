#include "report/run_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "analyze/run_table.hpp"
#include "metric/json_cursor.hpp"
#include "plot/svg_plot.hpp"
#include "report/html_page.hpp"
#include "report/time_section.hpp"
#include "run/run_state.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

constexpr int kPlotWidth = 1000, kPlotHeight = 280;
constexpr const char* kTimes =
    "Of the newest start of the run. Time is the part's that is at work; data are prepared beside it, so "
    "that only waiting for them counts.";

std::string number(double value, const char* format = "%.6g") {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string time_text(double seconds) {
  if (!(seconds > 0) || seconds > 1e11) return "-";
  const auto at = static_cast<std::time_t>(seconds);
  std::tm local{};
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", localtime_r(&at, &local));
  return text;
}

std::optional<RunStatus> status_of(const fs::path& work_dir) {
  std::error_code failed;
  if (!fs::exists(work_dir / "status.json", failed)) return std::nullopt;
  return read_status(work_dir);
}

Curve curve(const TrainingLog& log, const std::string& key, const std::string& label) {
  Curve made{label, {}, {}, false};
  for (const auto& point : log.series(key)) {
    made.x.push_back(point.iter);
    made.y.push_back(point.value);
  }
  return made;
}

enum class What { loss, schedule, other, metric };

// What the values of a training row are, by their names.
What what_is(const std::string& name) {
  static const std::set<std::string> schedules{"lr", "momentum", "weight_decay"};
  if (schedules.contains(name) || name.starts_with("lr/") || name.starts_with("momentum/"))
    return What::schedule;
  return name.find("loss") != std::string::npos ? What::loss : What::other;
}

// One figure a scale: losses together, each metric alone.
std::string plot_of(const std::string& label, std::vector<Curve> curves) {
  return svg_plot({label, std::move(curves)}, "iteration", kPlotWidth, kPlotHeight);
}

std::string loss_curves(const TrainingLog& log) {
  std::vector<Curve> losses;
  std::string others;
  for (const auto& name : log.names(true)) {
    if (what_is(name) == What::loss) losses.push_back(curve(log, "train/" + name, "train " + name));
  }
  for (const auto& name : log.names(false)) {
    if (what_is(name) == What::loss) losses.push_back(curve(log, "val/" + name, "val " + name));
  }
  for (const auto& name : log.names(true)) {
    if (name.starts_with("acc")) others += plot_of(name, {curve(log, "train/" + name, "train " + name)});
  }
  return (losses.empty() ? "" : plot_of("loss", losses)) + others;
}

// "AP" of "AP (L)", "PCK" of "PCK@0.05": metrics of one scale.
std::string family_of(const std::string& metric) { return metric.substr(0, metric.find_first_of(" @(")); }

std::string metric_curves(const TrainingLog& log) {
  std::vector<std::pair<std::string, std::vector<Curve>>> families;
  for (const auto& best : best_metrics(log)) {
    if (what_is(best.name) == What::loss) continue;
    const auto family = family_of(best.name);
    if (families.empty() || families.back().first != family) families.push_back({family, {}});
    families.back().second.push_back(curve(log, "val/" + best.name, best.name));
  }
  std::string out;
  for (auto& [family, curves] : families) out += plot_of(family, std::move(curves));
  return out;
}

std::string schedule_curves(const TrainingLog& log) {
  std::string out;
  for (const auto& name : log.names(true)) {
    if (what_is(name) == What::schedule) out += plot_of(name, {curve(log, "train/" + name, name)});
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> state_rows(const RunStatus& status,
                                                            const fs::path& work_dir) {
  std::vector<std::pair<std::string, std::string>> rows{{"state", true_state(status, work_dir)}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) rows.emplace_back(name, value);
  };
  add("why", status.why);
  if (status.max_epochs > 0)
    add("epochs", std::to_string(status.epoch) + " of " + std::to_string(status.max_epochs));
  add("iterations", std::to_string(status.iter) + " of " + std::to_string(status.max_iters));
  add("started", time_text(status.started));
  add("last heard of", time_text(status.updated));
  if (status.updated > status.started && status.started > 0)
    add("minutes", number((status.updated - status.started) / 60, "%.1f"));
  add("images a second", number(status.samples_per_s, "%.1f"));
  add("started with", status.config);
  add("host", status.host);
  add("checkpoint", status.checkpoint);
  return rows;
}

std::string metric_table(const TrainingLog& log) {
  std::vector<std::vector<std::string>> rows{{"metric", "best", "at iteration", "last"}};
  for (const auto& best : best_metrics(log))
    rows.push_back({best.name, number(best.value), number(best.iter, "%.0f"),
                    number(log.series("val/" + best.name).back().value)});
  return rows.size() > 1 ? HtmlPage::table(rows) : HtmlPage::paragraph("The log has no evaluation.");
}

std::string keypoint_table(const ReportResults& results) {
  std::vector<std::vector<std::string>> rows{{"keypoint", "labelled", "mean px", "median px", "95 % below px",
                                              "PCK@" + number(results.pck_thr, "%g")}};
  for (const auto& row : results.keypoints) {
    rows.push_back({row.name, std::to_string(row.labelled), number(row.mean, "%.2f"),
                    number(row.median, "%.2f"), number(row.p95, "%.2f"), number(row.pck, "%.3f")});
  }
  return HtmlPage::table(rows);
}

std::string figures(const std::vector<SampleView>& views) {
  std::string out = "<div class=\"samples\">\n";
  for (const auto& view : views) out += sample_figure(view, 320);
  return out + "</div>\n";
}

void add_results(HtmlPage& page, const ReportResults& results) {
  std::vector<std::vector<std::string>> rows{{"metric", "value"}};
  for (const auto& [name, value] : results.metrics) rows.push_back({name, number(value)});
  page.section("Errors by keypoint", HtmlPage::paragraph(results.source) +
                                         (rows.size() > 1 ? HtmlPage::table(rows) : "") +
                                         keypoint_table(results));
  const std::string legend =
      "Green rings are labels, dots predictions, the dashed line the box. A name shows under the mouse.";
  if (!results.worst.empty())
    page.section("Worst samples", HtmlPage::paragraph(legend) +
                                      keypoint_legend(results.worst[0].names, results.worst[0].colors) +
                                      figures(results.worst));
  if (!results.best.empty()) page.section("Best samples", figures(results.best));
}

// The lines of the newest text log before the first row of training.
std::string environment_text(const fs::path& work_dir) {
  std::vector<fs::path> logs;
  std::error_code failed;
  for (fs::directory_iterator at(work_dir, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == ".log") logs.push_back(at->path());
  }
  if (logs.empty()) return {};
  std::ifstream in(*std::max_element(logs.begin(), logs.end()));
  std::string text;
  std::size_t lines = 0;
  for (std::string line; lines < 200 && std::getline(in, line); ++lines) {
    if (line.find("Epoch [") != std::string::npos || line.find("Iter [") != std::string::npos) break;
    text += line.substr(0, 2000) + "\n";
  }
  return text;
}

std::string file_text(const fs::path& file) {
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) return {};
  if (fs::file_size(file, failed) > (4U << 20)) return "(too large to be shown)";
  return read_data_file(file, "a config");
}

}  // namespace

std::optional<fs::path> report_checkpoint(const fs::path& work_dir) {
  std::optional<fs::path> best;
  std::error_code failed;
  for (fs::directory_iterator at(work_dir, failed), end; !failed && at != end; at.increment(failed)) {
    const auto name = at->path().filename().string();
    if (!name.starts_with("best_") || !name.ends_with(".safetensors")) continue;
    std::error_code a, b;
    if (!best || fs::last_write_time(at->path(), a) > fs::last_write_time(*best, b)) best = at->path();
  }
  if (best) return best;
  const auto last = work_dir / "last.safetensors";
  return fs::exists(last, failed) ? std::optional(last) : std::nullopt;
}

std::string run_report_html(const fs::path& work_dir, const std::optional<ReportResults>& results,
                            const std::string& without) {
  const auto log = TrainingLog::read(work_dir);
  const auto status = status_of(work_dir);
  std::error_code failed;
  const auto whole = fs::weakly_canonical(work_dir, failed);
  const auto name = whole.parent_path().filename() / whole.filename();  // work dirs are often called "run"
  HtmlPage page("Run " + name.string(), whole.string());
  if (status) page.section("State", HtmlPage::facts(state_rows(*status, work_dir)));
  page.section("Metrics", metric_table(log) + metric_curves(log));
  if (const auto curves = loss_curves(log); !curves.empty()) page.section("Training", curves);
  if (const auto curves = schedule_curves(log); !curves.empty()) page.section("Schedule", curves);
  if (const auto times = status ? time_section(time_parts(*status)) : ""; !times.empty())
    page.section("Where the time goes", HtmlPage::paragraph(kTimes) + times);
  if (results) {
    add_results(page, *results);
  } else if (!without.empty()) {
    page.section("Errors by keypoint", HtmlPage::paragraph(without));
  }
  if (const auto text = environment_text(work_dir); !text.empty())
    page.section("Environment", HtmlPage::folded("what the log says at the start of its newest part", text));
  if (const auto text = file_text(work_dir / "config.json"); !text.empty())
    page.section("Config", HtmlPage::folded("config.json", text));
  return page.text();
}

Json run_report_json(const fs::path& work_dir, const std::optional<ReportResults>& results,
                     const std::string& without) {
  const auto log = TrainingLog::read(work_dir);
  Json json{{"work_dir", work_dir.string()}};
  if (const auto status = status_of(work_dir)) {
    json["status"] = to_json(*status);
    json["status"]["state"] = true_state(*status, work_dir);
    for (const auto& part : time_parts(*status))
      json["times"].push_back({{"part", part.name}, {"s", part.seconds}, {"calls", part.calls}});
  }
  json["best"] = Json::object();
  for (const auto& best : best_metrics(log))
    json["best"][best.name] = {{"value", best.value}, {"iter", best.iter}};
  if (!results) {
    json["no_results"] = without;
    return json;
  }
  json["results"] = {{"source", results->source}, {"pck_thr", results->pck_thr}, {"metrics", Json::object()}};
  for (const auto& [name, value] : results->metrics) json["results"]["metrics"][name] = value;
  json["results"]["keypoints"] = Json::array();
  for (const auto& row : results->keypoints) {
    json["results"]["keypoints"].push_back({{"name", row.name},
                                            {"labelled", row.labelled},
                                            {"mean_px", row.mean},
                                            {"median_px", row.median},
                                            {"p95_px", row.p95},
                                            {"pck", row.pck}});
  }
  return json;
}

}  // namespace ph
