// Questions to a log.
#include "analyze/training_log.hpp"

#include <algorithm>
#include <cmath>

#include "config/error.hpp"

namespace ph {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

// "AP" of "coco/AP", as mmengine writes metrics.
std::string_view without_prefix(std::string_view key) { return key.substr(key.rfind('/') + 1); }

}  // namespace

// What a resumed run wrote again counts, and not what stood there before.
std::vector<TrainingLog::Value> TrainingLog::current(const std::vector<Value>& values) const {
  std::vector<Value> kept;
  for (const auto& value : values) {
    while (!kept.empty() && rows_[kept.back().row].at >= rows_[value.row].at) kept.pop_back();
    kept.push_back(value);
  }
  return kept;
}

const std::vector<TrainingLog::Value>* TrainingLog::find(const Values& values, const std::string& key) const {
  if (const auto exact = values.find(key); exact != values.end()) return &exact->second;
  std::vector<std::string> found;
  for (const auto& alias : key_aliases(key)) {
    if (values.count(alias)) found.push_back(alias);
  }
  for (const auto& [name, unused] : values) {
    if (found.empty() && name != key && without_prefix(name) == without_prefix(key)) found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  if (found.size() > 1)
    throw Error(ErrorKind::data, name_ + ": " + key + " may be one of several things", joined(found),
                "one of these names", "--keys " + found.front());
  return found.empty() ? nullptr : &values.find(found.front())->second;
}

std::vector<std::string> TrainingLog::keys() const {
  std::vector<std::string> all;
  for (const auto* values : {&train_, &val_}) {
    for (const auto& [name, unused] : *values) {
      if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
    }
  }
  return all;
}

std::vector<std::string> TrainingLog::names(bool train) const {
  std::vector<std::string> all;
  for (const auto& [name, unused] : train ? train_ : val_) all.push_back(name);
  return all;
}

std::vector<LogPoint> TrainingLog::series(const std::string& key) const {
  const std::vector<Value>* values = nullptr;
  const auto slash = key.find('/');
  const auto prefix = key.substr(0, slash == key.npos ? 0 : slash);
  if (prefix == "train" || prefix == "val") {
    values = find(prefix == "train" ? train_ : val_, key.substr(slash + 1));
  } else {
    values = find(train_, key);
    if (!values) values = find(val_, key);
  }
  if (!values) {
    throw Error(ErrorKind::data, name_ + " does not contain metric " + key, joined(keys()),
                "one of these, or val/<name> for a row of validation", did_you_mean(key, keys()));
  }
  std::vector<LogPoint> points;
  for (const auto& value : current(*values)) points.push_back({rows_[value.row].at, value.value});
  return points;
}

std::vector<EpochTime> TrainingLog::epoch_times(bool with_first, std::vector<double>& all) const {
  const auto found = train_.find("time");
  if (found == train_.end())
    throw Error(ErrorKind::data, name_ + " does not contain metric time", joined(keys()),
                "rows of training with a time", "a log of a run with the IterTimer hook");
  struct Sum {
    double total = 0;
    std::int64_t n = 0;
  };
  std::map<std::int64_t, Sum> sums;
  all.clear();
  const Row* last = nullptr;
  for (const auto& value : current(found->second)) {
    const auto& row = rows_[value.row];
    const bool first = !last || last->epoch != row.epoch || last->start != row.start;
    last = &row;
    if ((first && !with_first) || !std::isfinite(value.value)) continue;
    auto& sum = sums[std::max<std::int64_t>(1, row.epoch)];
    sum.total += value.value;
    ++sum.n;
    all.push_back(value.value);
  }
  if (sums.empty())
    throw Error(ErrorKind::data, name_ + ": no times that count",
                "one row an epoch, and the first is left out", "two rows an epoch", "--include-outliers");
  std::vector<EpochTime> times;
  for (const auto& [epoch, sum] : sums) times.push_back({epoch, sum.total / static_cast<double>(sum.n)});
  return times;
}

}  // namespace ph
