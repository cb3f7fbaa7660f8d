// What is shown of a ScheduledRun.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "schedule/scheduled_run.hpp"

namespace ph {
namespace {

constexpr std::int64_t kEvaluations = 2'000'000;  // values that a plot looks at
constexpr std::size_t kJumps = 24;                // more than those are a staircase, not events

// Where the values jump: much further than just before and after.
std::set<std::int64_t> jumps(const ScheduledRun& run) {
  std::set<std::int64_t> found;
  const auto n = run.length.max_iters;
  if (n > kEvaluations / 8) return found;
  for (std::size_t group = 0; group < run.groups.size(); ++group) {
    for (const auto column : run.columns()) {
      if (!run.has(group, column)) continue;
      double v[4] = {};
      for (std::int64_t i = 0; i < n; ++i) {
        std::rotate(v, v + 1, v + 4);
        v[3] = run.value(i, group, column);
        if (i < 3) continue;
        const double step = std::abs(v[2] - v[1]);
        const double calm = std::max(std::abs(v[1] - v[0]), std::abs(v[3] - v[2]));
        if (step > 1e-9 * std::abs(v[1]) && step > 10 * calm) found.insert(i - 1);
        if (found.size() > kJumps) return {};
      }
    }
  }
  return found;
}

void append(std::string& line, double value) {
  char text[32];
  // The shortest that reads back as the same number.
  line.append(1, ',').append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

// Nothing where there is one; with the optimizer where there are several.
std::string group_name(const ScheduledRun& run, std::size_t group) {
  if (run.groups.size() == 1) return {};
  const auto& own = run.groups[group].optimizer;
  const bool several = std::any_of(run.groups.begin(), run.groups.end(),
                                   [&](const auto& other) { return other.optimizer != own; });
  return " of group " + std::to_string(group) + (several ? ", " + own : "");
}

Curve curve_of(const ScheduledRun& run, std::size_t group, std::size_t column, std::int64_t step) {
  Curve curve;
  for (std::int64_t i = 0; i < run.length.max_iters; i += step) {
    curve.x.push_back(static_cast<double>(i));
    curve.y.push_back(run.value(i, group, column));
  }
  return curve;
}

}  // namespace

std::vector<std::int64_t> telling_iterations(const ScheduledRun& run) {
  const auto n = run.length.max_iters;
  if (n < 1) return {};
  std::set<std::int64_t> at{0, n - 1};
  for (std::int64_t i = 1; i < 12; ++i) at.insert(n / 12 * i + n % 12 * i / 12);
  for (const auto jump : jumps(run)) {
    at.insert(jump - 1);
    at.insert(jump);
  }
  return {at.begin(), at.end()};
}

void write_schedule_csv(const ScheduledRun& run, const std::function<void(const std::string&)>& write,
                        const std::string& absent) {
  const auto columns = run.columns();
  std::string text = "iter,epoch,group";
  for (const auto column : columns) text += "," + run.hypers[column].name;
  text += "\n";
  for (std::int64_t i = 0; i < run.length.max_iters; ++i) {
    for (std::size_t group = 0; group < run.groups.size(); ++group) {
      text += std::to_string(i) + "," +
              std::to_string(i / std::max<std::int64_t>(1, run.length.iters_per_epoch)) + "," +
              std::to_string(group);
      for (const auto column : columns) {
        if (run.has(group, column))
          append(text, run.value(i, group, column));
        else
          text += "," + absent;
      }
      text += "\n";
    }
    if (text.size() < 1 << 16) continue;
    write(text);
    text.clear();
  }
  write(text);
}

Figure schedule_figure(const std::vector<ScheduledRun>& runs) {
  Figure figure;
  figure.x_label = "iteration";
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const auto& run = runs[r];
    figure.title += (r ? " and " : "") + run.label;
    const auto columns = run.columns();
    const auto curves = static_cast<std::int64_t>(columns.size() * run.groups.size());
    const auto step =
        std::max<std::int64_t>(1, run.length.max_iters / std::max<std::int64_t>(1, kEvaluations / curves));
    for (const auto column : columns) {
      const auto& name = run.hypers[column].name;
      auto panel = std::find_if(figure.panels.begin(), figure.panels.end(),
                                [&](const Panel& p) { return p.y_label == name; });
      if (panel == figure.panels.end()) panel = figure.panels.insert(panel, Panel{name, {}});
      for (std::size_t group = 0; group < run.groups.size(); ++group) {
        if (!run.has(group, column)) continue;
        auto curve = curve_of(run, group, column, step);
        curve.label = (runs.size() > 1 ? run.label + " " : "") + name + group_name(run, group);
        curve.dashed = r > 0;
        panel->curves.push_back(std::move(curve));
      }
    }
  }
  return figure;
}

}  // namespace ph
