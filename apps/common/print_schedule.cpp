#include "common/print_schedule.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>

#include "common/terminal_size.hpp"
#include "plot/text_plot.hpp"
#include "plot/write_plot.hpp"
#include "schedule/judge_schedules.hpp"
#include "tensor/atomic_file.hpp"

namespace {

constexpr std::size_t kGroupsInTable = 8;
constexpr std::int64_t kMostRows = 100'000'000;

// What somebody would want to know before training with these values.
void add_notes(ph::ScheduledRun& run) {
  for (const auto& chain : run.schedules) {
    for (const auto& [monitor, place] : chain->monitors())
      run.notes.push_back(chain->hyper() + " also follows " + monitor +
                          ", which only training measures: shown is the curve without it");
  }
  for (auto& note : ph::judge_schedules(run)) run.notes.push_back(std::move(note));
}

void check_rows(const ph::ScheduledRun& run) {
  const auto groups = static_cast<std::int64_t>(run.groups.size());
  if (run.length.max_iters <= kMostRows / groups) return;
  throw ph::Error(
      ph::ErrorKind::usage, run.label + ": too many values to write",
      std::to_string(run.length.max_iters) + " iterations of " + std::to_string(groups) + " groups",
      "at most " + std::to_string(kMostRows) + " rows", "the plot alone, or a shorter run");
}

void write_csv(const std::filesystem::path& path, const std::vector<ph::ScheduledRun>& runs) {
  if (runs.size() > 1)
    throw ph::Error(ph::ErrorKind::usage, "--csv holds the values of one config", "--against",
                    "--csv without it", "a file for each: --csv without --against, twice");
  check_rows(runs[0]);
  ph::AtomicFile file{path};
  ph::write_schedule_csv(runs[0], [&](const std::string& text) { file.write(text.data(), text.size()); });
  file.commit();
}

// Which groups are whose, where there are several optimizers.
void print_optimizers(const ph::ScheduledRun& run) {
  for (std::size_t first = 0, last = 0; first < run.groups.size(); first = last) {
    while (last < run.groups.size() && run.groups[last].optimizer == run.groups[first].optimizer) ++last;
    if (last - first == run.groups.size()) return;
    const auto range =
        last - first == 1 ? std::to_string(first) : std::to_string(first) + " to " + std::to_string(last - 1);
    std::printf("  group%s %s: %s\n", last - first == 1 ? "" : "s", range.c_str(),
                run.groups[first].optimizer.c_str());
  }
}

void print_heading(const ph::ScheduledRun& run) {
  const auto& length = run.length;
  const auto n_groups =
      std::to_string(run.groups.size()) + " parameter group" + (run.groups.size() > 1 ? "s" : "");
  if (length.by_epoch) {
    std::printf("%s: %lld epochs of %lld iterations, %s\n", run.label.c_str(),
                static_cast<long long>(length.max_epochs), static_cast<long long>(length.iters_per_epoch),
                n_groups.c_str());
  } else {
    std::printf("%s: %lld iterations, %s\n", run.label.c_str(), static_cast<long long>(length.max_iters),
                n_groups.c_str());
  }
  print_optimizers(run);
  for (const auto& chain : run.schedules)
    std::printf("  %s: %s\n", chain->hyper().c_str(), chain->description().c_str());
  if (run.schedules.empty()) std::printf("  no schedule: every value stays as it is\n");
  for (const auto& note : run.notes) std::printf("  note: %s\n", note.c_str());
}

void print_table(const ph::ScheduledRun& run) {
  const auto columns = run.columns();
  std::printf("%10s %7s %5s", "iter", "epoch", "group");
  for (const auto column : columns) std::printf("  %14s", run.hypers[column].name.c_str());
  std::printf("\n");
  const auto groups = std::min(kGroupsInTable, run.groups.size());
  for (const auto iter : ph::telling_iterations(run)) {
    for (std::size_t group = 0; group < groups; ++group) {
      std::printf("%10lld %7lld %5zu", static_cast<long long>(iter),
                  static_cast<long long>(iter / std::max<std::int64_t>(1, run.length.iters_per_epoch)),
                  group);
      for (const auto column : columns) {
        if (run.has(group, column))
          std::printf("  %14.8g", run.value(iter, group, column));
        else
          std::printf("  %14s", "-");
      }
      std::printf("\n");
    }
  }
  if (groups < run.groups.size()) std::printf("  groups from %zu on: see --csv\n", groups);
  std::printf("\n");
}

ph::Json describe(const ph::ScheduledRun& run) {
  const auto& length = run.length;
  ph::Json json{{"config", run.label},
                {"by_epoch", length.by_epoch},
                {"iters_per_epoch", length.iters_per_epoch},
                {"max_epochs", length.max_epochs},
                {"max_iters", length.max_iters},
                {"schedules", ph::Json::object()},
                {"notes", run.notes},
                {"groups", ph::Json::array()},
                {"columns", {"iter", "epoch", "group"}}};
  for (const auto& chain : run.schedules) json["schedules"][chain->hyper()] = chain->description();
  for (std::size_t g = 0; g < run.groups.size(); ++g) {
    ph::Json group{{"optimizer", run.groups[g].optimizer}};
    for (std::size_t i = 0; i < run.hypers.size(); ++i)
      if (run.has(g, i)) group[run.hypers[i].name] = run.groups[g].base[i];
    json["groups"].push_back(group);
  }
  for (const auto column : run.columns()) json["columns"].push_back(run.hypers[column].name);
  return json;
}

// Rows as they come: a long run has more than one would hold as JSON.
void print_json(const std::vector<ph::ScheduledRun>& runs) {
  for (const auto& run : runs) check_rows(run);
  std::string separator = "{\"runs\": [";
  for (const auto& run : runs) {
    auto head = describe(run).dump(-1, ' ', false, ph::Json::error_handler_t::replace);
    head.pop_back();
    std::cout << separator << head << ", \"rows\": [";
    std::string between = "\n";
    bool header = true;
    const auto print_rows = [&](const std::string& text) {
      std::size_t begin = header ? text.find('\n') + 1 : 0;
      header = false;
      while (begin < text.size()) {
        const auto end = text.find('\n', begin);
        auto row = text.substr(begin, end - begin);
        for (const char* word : {"-nan", "nan", "-inf", "inf"}) {
          for (std::size_t at; (at = row.find(word)) != row.npos;) row.replace(at, std::strlen(word), "null");
        }
        std::cout << between << "[" << row << "]";
        between = ",\n";
        begin = end + 1;
      }
    };
    ph::write_schedule_csv(run, print_rows, "null");
    std::cout << "]}";
    separator = ",\n";
  }
  std::cout << "]}\n";
}

}  // namespace

int print_schedule(const ScheduleArguments& arguments, std::vector<ph::ScheduledRun> runs) {
  for (auto& run : runs) add_notes(run);
  if (!arguments.out.empty()) (void)ph::picture_format(arguments.out);  // before anything is written
  if (!arguments.csv.empty()) write_csv(arguments.csv, runs);
  if (!arguments.out.empty()) ph::write_plot(ph::schedule_figure(runs), arguments.out);
  if (arguments.json) {
    print_json(runs);
    return 0;
  }
  for (const auto& run : runs) {
    print_heading(run);
    print_table(run);
  }
  if (arguments.out.empty()) {
    for (const auto& line : ph::text_plot(ph::schedule_figure(runs), terminal_columns(), 16))
      std::printf("%s\n", line.c_str());
  } else {
    std::printf("plot   %s\n", arguments.out.c_str());
  }
  if (!arguments.csv.empty()) std::printf("values %s\n", arguments.csv.c_str());
  return 0;
}
