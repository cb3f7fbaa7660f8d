#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

#include "analyze/run_table.hpp"
#include "commands.hpp"
#include "plugin/text_rules.hpp"

namespace {

using Json = nlohmann::ordered_json;
std::filesystem::path folder;
std::string sort_key = "name";
bool as_json = false;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string progress(const ph::RunRow& row) {
  if (row.max_epochs > 0) return std::to_string(row.epoch) + "/" + std::to_string(row.max_epochs);
  if (row.max_iters > 0) return std::to_string(row.iter) + "/" + std::to_string(row.max_iters) + " it";
  return "-";
}

std::string settings(const ph::RunRow& row) {
  constexpr std::size_t most = 60;
  std::string text;
  for (const auto& [key, value] : row.settings) {
    if (value.empty()) continue;
    text += (text.empty() ? "" : "  ") + key + "=" +
            (value.size() > most ? value.substr(0, most - 3) + "..." : value);
  }
  return row.problem.empty() ? text : text + (text.empty() ? "" : "  ") + "(" + row.problem + ")";
}

// Columns as wide as their widest cell; the last one goes on.
void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c + 1 < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += row[c];
      if (c + 1 < row.size()) line.append(widths[c] - row[c].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::printf("%s\n", line.c_str());
  }
}

void print(const std::vector<ph::RunRow>& runs) {
  auto metrics = ph::metric_names(runs);
  // "AP (L)", "AR .5": a table of ten columns shows nothing; --json has them.
  std::erase_if(metrics, [](const auto& name) { return name.find(' ') != std::string::npos; });
  std::vector<std::vector<std::string>> table(1, {"run", "state", "epoch"});
  for (const auto& name : metrics) table[0].push_back(ph::printable(name, 40));
  table[0].emplace_back("where the configs differ");
  for (const auto& row : runs) {
    std::vector<std::string> cells{ph::printable(row.name, 200), row.state, progress(row)};
    for (const auto& name : metrics) {
      const auto found =
          std::find_if(row.metrics.begin(), row.metrics.end(), [&](const auto& m) { return m.name == name; });
      cells.push_back(found == row.metrics.end() ? "-" : number(found->value));
    }
    cells.push_back(ph::printable(settings(row), 2000));
    table.push_back(std::move(cells));
  }
  print_table(table);
}

Json answer(const std::vector<ph::RunRow>& runs) {
  Json all = Json::array();
  for (const auto& row : runs) {
    Json json{{"name", row.name},           {"work_dir", row.folder.string()}, {"state", row.state},
              {"epoch", row.epoch},         {"max_epochs", row.max_epochs},    {"iter", row.iter},
              {"max_iters", row.max_iters}, {"updated", row.updated}};
    json["best"] = Json::object();
    for (const auto& metric : row.metrics)
      json["best"][metric.name] = {{"value", metric.value}, {"iter", metric.iter}};
    json["settings"] = Json::object();
    for (const auto& [key, value] : row.settings) {
      const auto parsed = Json::parse(value, nullptr, false);
      json["settings"][key] = parsed.is_discarded() ? Json(value.empty() ? Json() : Json(value)) : parsed;
    }
    if (!row.problem.empty()) json["problem"] = row.problem;
    all.push_back(std::move(json));
  }
  return {{"runs", all}};
}

int show() {
  auto runs = ph::find_runs(folder);
  ph::sort_runs(runs, sort_key);
  if (as_json) {
    std::cout << answer(runs).dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    print(runs);
  }
  return 0;
}

}  // namespace

void add_runs(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "runs", "Table of the runs in a folder: state, best metrics, where their configs differ");
  command->add_option("folder", folder, "Folder with work dirs, at any depth")->required()->type_name("DIR");
  command
      ->add_option("--sort", sort_key, "name (default), state, epoch, updated, or a metric: its best first")
      ->type_name("KEY");
  command->add_flag("--json", as_json, "Answer as JSON");
  command->footer(
      "Metrics are the best values of each run, by its log; parts such as \"AP .5\" are in --json only.\n"
      "Examples:\n"
      "  posehost runs work_dirs\n"
      "  posehost runs work_dirs --sort EPE\n"
      "  posehost runs work_dirs --json | jq '.runs[0]'");
  command->callback([&action] { action = show; });
}
