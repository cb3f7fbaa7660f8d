// Lines to rows.
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "analyze/training_log.hpp"
#include "config/error.hpp"
#include "plugin/text_rules.hpp"
#include "tensor/file_mapping.hpp"

namespace ph {
namespace {

using Json = nlohmann::json;

constexpr const char* kExpected = "a .log.json of posehost or mmcv, or mmengine's scalars.json";

constexpr const char* kAdvice = "a .log.json that a run wrote into its work dir";

// Python writes NaN and Infinity, which are no JSON; outside of strings they become null.
std::string without_nan(std::string_view line) {
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == '"' && (i == 0 || line[i - 1] != '\\')) in_string = !in_string;
    std::size_t used = 0;
    if (!in_string) {
      for (const std::string_view word : {"NaN", "-Infinity", "Infinity"}) {
        if (line.compare(i, word.size(), word) == 0) used = word.size();
      }
    }
    if (used > 0) {
      out += "null";
      i += used;
    } else {
      out += line[i++];
    }
  }
  return out;
}

std::int64_t count(const Json& row, const char* key) {
  const auto found = row.find(key);
  if (found == row.end() || !found->is_number()) return -1;
  const double value = found->get<double>();
  return value >= 0 && value < 9e15 ? static_cast<std::int64_t>(value) : -1;
}

// A row of values, as opposed to facts about the run.
bool is_row(const Json& json) {
  if (json.contains("mode")) return json["mode"] == "train" || json["mode"] == "val";
  return json.contains("step");
}

bool is_train(const Json& json) {
  if (json.contains("mode")) return json["mode"] == "train";
  return json.contains("epoch") || json.contains("iter") || json.contains("lr");
}

}  // namespace

TrainingLog TrainingLog::read(const std::filesystem::path& path) {
  TrainingLog log;
  log.name_ = path.string();
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path, failed)) {
      const auto name = entry.path().filename().string();
      if (name.size() > 9 && name.compare(name.size() - 9, 9, ".log.json") == 0)
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());  // they are named by time
    if (files.empty())
      refuse_file(path, "no log in this folder", "no *.log.json", kExpected,
                  "posehost runs " + path.string() + " lists the runs below it");
    for (const auto& file : files) log.read_file(file);
  } else {
    log.read_file(path);
  }
  if (log.rows_.empty())
    refuse_file(path, "no rows in this log", "facts about the run alone", "rows of training or validation",
                "a log of a run that got as far as its first row (log_config.interval)");
  log.place_rows();
  return log;
}

void TrainingLog::read_file(const std::filesystem::path& file) {
  const FileMapping mapping{file, kExpected};
  const auto text = mapping.bytes();
  if (text.find_first_not_of(" \r\n\t") == text.npos)
    refuse_file(file, "the file is empty", "0 bytes, or blanks", kExpected, kAdvice);
  ++starts_;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    ++number;
    begin = end + 1;
    if (line.find_first_not_of(" \r\t") == line.npos) continue;
    add_line(line, file.string() + ":" + std::to_string(number));
  }
}

void TrainingLog::add_line(std::string_view line, const std::string& where) {
  auto json = Json::parse(line, nullptr, false);
  if (json.is_discarded()) json = Json::parse(without_nan(line), nullptr, false);
  if (!json.is_object()) {
    const bool cut = json.is_discarded() && line.front() == '{';
    throw Error(ErrorKind::data,
                where + (cut ? ": the row is cut off or damaged" : ": this is no log in JSON lines"),
                printable(line.substr(0, 60)), cut ? "a whole JSON object on each line" : kExpected,
                cut && !rows_.empty() ? "take that line out" : kAdvice);
  }
  if (!is_row(json)) {
    const bool facts = json.contains("seed") || json.contains("env_info") || json.contains("posehost") ||
                       json.contains("exp_name") || json.contains("mmcv_version") || json.contains("config");
    if (!facts)
      throw Error(ErrorKind::data, where + ": this is no row of a training log",
                  printable(line.substr(0, 60)), kExpected, kAdvice);
    ++starts_;
    iters_per_epoch_ = std::max(iters_per_epoch_, count(json, "iters_per_epoch"));
    if (json.contains("by_epoch")) counts_whole_run_ = json["by_epoch"] == false;
    return;
  }
  const auto index = rows_.size();
  Row row;
  row.train = is_train(json);
  row.epoch = count(json, "epoch");
  row.iter = count(json, "iter");
  row.step = count(json, "step");
  row.start = starts_;
  rows_.push_back(row);
  for (const auto& [key, value] : json.items()) {
    if (key == "mode" || key == "epoch" || key == "iter" || key == "step") continue;
    if (!value.is_number() && !value.is_null()) continue;
    const double number = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
    (row.train ? train_ : val_)[key].push_back({index, number});
  }
}

// mmcv counts iterations within the epoch; in iteration-based runs, and mmengine always, within the run.
bool TrainingLog::counts_whole_run() const {
  if (counts_whole_run_) return *counts_whole_run_;
  const Row* last = nullptr;
  bool seen = false;
  for (const auto& row : rows_) {
    if (!row.train) continue;
    if (last && row.epoch > last->epoch && row.start == last->start) {
      if (row.iter <= last->iter) return false;
      seen = true;
    }
    last = &row;
  }
  return seen;
}

void TrainingLog::place_rows() {
  std::int64_t longest = iters_per_epoch_;
  bool epochs = false;
  for (const auto& row : rows_) {
    if (!row.train) continue;
    epochs = epochs || row.epoch >= 0;
    if (iters_per_epoch_ == 0) longest = std::max(longest, row.iter);
  }
  const bool whole = counts_whole_run();
  double reached = 0;
  for (auto& row : rows_) {
    const auto epoch_begin = static_cast<double>(std::max<std::int64_t>(0, row.epoch - 1) * longest);
    if (row.train && row.step >= 0) {
      row.at = static_cast<double>(row.step);
    } else if (row.train) {
      row.at = static_cast<double>(std::max<std::int64_t>(0, row.iter)) + (whole ? 0 : epoch_begin);
    } else if (row.step >= 0 && row.epoch < 0) {
      // mmengine's validation rows: an epoch, or an iteration where training counts no epochs.
      row.at = epochs ? reached : static_cast<double>(row.step);
    } else {
      // Their own `iter` counts batches of the validation set in some versions.
      row.at = whole || row.epoch < 0 ? std::max(reached, static_cast<double>(row.iter))
                                      : epoch_begin + static_cast<double>(longest);
    }
    if (row.train) reached = row.at;
  }
}

}  // namespace ph
