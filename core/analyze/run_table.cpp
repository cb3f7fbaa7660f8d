#include "analyze/run_table.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "config/diff.hpp"
#include "config/error.hpp"
#include "metric/json_cursor.hpp"
#include "run/run_state.hpp"
#include "system/similar_file.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

constexpr int kDepth = 8;
constexpr std::size_t kMostRuns = 100'000;
constexpr std::uintmax_t kMostConfig = 16U << 20;

bool is_run(const fs::path& folder) {
  std::error_code failed;
  if (fs::is_regular_file(folder / "status.json", failed)) return true;
  if (!fs::is_regular_file(folder / "config.json", failed)) return false;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().filename().string().ends_with(".log.json")) return true;
  }
  return false;
}

std::vector<fs::path> run_folders(const fs::path& root) {
  std::error_code failed;
  if (!fs::is_directory(root, failed))
    throw Error(
        ErrorKind::data, root.string() + ": no folder that can be read", failed ? failed.message() : "a file",
        "a folder with runs",
        fs::exists(root, failed) ? "posehost runs " + root.parent_path().string() : similar_file(root));
  std::vector<fs::path> found;
  if (is_run(root)) found.push_back(root);
  fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, failed), end;
  for (; !failed && at != end && found.size() < kMostRuns; at.increment(failed)) {
    if (!at->is_directory(failed) || at->is_symlink(failed)) continue;
    if (at->path().filename().string().starts_with(".") || at.depth() >= kDepth)
      at.disable_recursion_pending();
    if (is_run(at->path())) found.push_back(at->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

void note(RunRow& row, const std::string& problem) {
  row.problem += (row.problem.empty() ? "" : "; ") + problem;
}

void read_state(RunRow& row) {
  row.state = "unknown";
  std::error_code failed;
  if (!fs::exists(row.folder / "status.json", failed)) return;
  try {
    const auto status = read_status(row.folder);
    row.state = true_state(status, row.folder);
    row.epoch = status.epoch;
    row.max_epochs = status.max_epochs;
    row.iter = status.iter;
    row.max_iters = status.max_iters;
    row.updated = status.updated;
  } catch (const Error& error) {
    note(row, error.summary());
  }
}

void read_metrics(RunRow& row) {
  try {
    row.metrics = best_metrics(TrainingLog::read(row.folder));
  } catch (const Error& error) {
    note(row, error.summary());
  }
}

std::optional<Node> read_config(RunRow& row) {
  const auto file = row.folder / "config.json";
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) return std::nullopt;
  try {
    if (fs::file_size(file, failed) > kMostConfig)
      throw Error(ErrorKind::data, file.string() + ": too large for a config");
    return Node::parse(read_data_file(file, "a config"), file.string());
  } catch (const Error& error) {
    note(row, error.summary());
    return std::nullopt;
  }
}

// "/optimizer/lr" -> "optimizer.lr", as --set has it.
std::string dotted(std::string pointer) {
  if (pointer.starts_with("/")) pointer.erase(0, 1);
  std::replace(pointer.begin(), pointer.end(), '/', '.');
  return pointer;
}

// Where configs differ from the first one, for each of them.
void compare_configs(std::vector<RunRow>& rows) {
  std::vector<std::optional<Node>> configs;
  for (auto& row : rows) configs.push_back(read_config(row));
  const auto first =
      std::find_if(configs.begin(), configs.end(), [](const auto& c) { return c.has_value(); });
  if (first == configs.end()) return;
  std::vector<std::string> order;
  std::map<std::string, std::string> of_first;
  std::vector<std::map<std::string, std::string>> own(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!configs[i]) continue;
    for (const auto& change : diff_configs(**first, *configs[i])) {
      const auto key = dotted(change.path);
      if (key == "work_dir") continue;
      if (of_first.emplace(key, change.before).second) order.push_back(key);
      own[i][key] = change.after;
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const auto& key : order) {
      if (!configs[i]) continue;
      const auto changed = own[i].find(key);
      rows[i].settings.emplace_back(key, changed == own[i].end() ? of_first.at(key) : changed->second);
    }
  }
}

const BestMetric* find_metric(const RunRow& row, const std::string& name) {
  const auto found =
      std::find_if(row.metrics.begin(), row.metrics.end(), [&](const auto& m) { return m.name == name; });
  return found == row.metrics.end() ? nullptr : &*found;
}

}  // namespace

std::vector<RunRow> find_runs(const fs::path& folder) {
  std::vector<RunRow> rows;
  for (const auto& run : run_folders(folder)) {
    RunRow row;
    row.folder = run;
    row.name = run.lexically_relative(folder).generic_string();
    read_state(row);
    read_metrics(row);
    rows.push_back(std::move(row));
  }
  if (rows.empty())
    throw Error(ErrorKind::data, folder.string() + ": no run in this folder",
                "no status.json, and no config.json with a log", "work dirs of posehost",
                "the folder that --work-dir or the config's work_dir names, or one above it");
  compare_configs(rows);
  return rows;
}

std::vector<std::string> metric_names(const std::vector<RunRow>& runs) {
  std::vector<std::string> names;
  for (const auto& row : runs) {
    for (const auto& metric : row.metrics) {
      if (std::find(names.begin(), names.end(), metric.name) == names.end()) names.push_back(metric.name);
    }
  }
  return names;
}

void sort_runs(std::vector<RunRow>& runs, const std::string& key) {
  const auto by = [&](auto before) { std::stable_sort(runs.begin(), runs.end(), before); };
  if (key == "name") return by([](const RunRow& a, const RunRow& b) { return a.name < b.name; });
  if (key == "state") return by([](const RunRow& a, const RunRow& b) { return a.state < b.state; });
  if (key == "epoch")
    return by([](const RunRow& a, const RunRow& b) {
      return std::pair(a.epoch, a.iter) > std::pair(b.epoch, b.iter);
    });
  if (key == "updated") return by([](const RunRow& a, const RunRow& b) { return a.updated > b.updated; });
  auto names = metric_names(runs);
  if (std::find(names.begin(), names.end(), key) == names.end()) {
    std::string all = "name, state, epoch, updated";
    for (const auto& name : names) all += ", " + name;
    names.insert(names.end(), {"name", "state", "epoch", "updated"});
    throw Error(ErrorKind::usage, "--sort " + key + ": there is no such key", key, all,
                did_you_mean(key, names));
  }
  by([&](const RunRow& a, const RunRow& b) {
    const auto *x = find_metric(a, key), *y = find_metric(b, key);
    if (x == nullptr || y == nullptr) return x != nullptr;
    return less_is_better(key) ? x->value < y->value : x->value > y->value;
  });
}

}  // namespace ph
