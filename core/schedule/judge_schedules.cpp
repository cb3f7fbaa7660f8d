#include "schedule/judge_schedules.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "log/number_text.hpp"

namespace ph {
namespace {

constexpr std::int64_t kSamples = 64;

std::set<std::int64_t> samples(const RunLength& length) {
  const auto n = length.max_iters;
  std::set<std::int64_t> at{0, std::max<std::int64_t>(0, n - 1)};
  for (std::int64_t i = 1; i < kSamples; ++i) at.insert(n / kSamples * i + n % kSamples * i / kSamples);
  return at;
}

Progress progress_of(const RunLength& length, std::int64_t iter) {
  return {length.iters_per_epoch > 0 ? iter / length.iters_per_epoch : 0, iter, iter};
}

/// The groups of which something is said: "group 1", "group 1 and 3 more".
class Groups {
 public:
  void add(std::size_t group) {
    if (count_++ == 0) first_ = group;
  }
  [[nodiscard]] bool any() const noexcept { return count_ > 0; }
  [[nodiscard]] std::string text() const {
    return "group " + std::to_string(first_) +
           (count_ > 1 ? " and " + std::to_string(count_ - 1) + " more" : "");
  }

 private:
  std::size_t first_ = 0, count_ = 0;
};

/// The lowest and highest value of a group; throws where there is none.
std::pair<double, double> range_of(const ScheduledRun& run, std::size_t group, std::size_t column,
                                   const std::set<std::int64_t>& at) {
  double low = run.value(0, group, column), high = low;
  for (const auto iter : at) {
    const double value = run.value(iter, group, column);
    if (!std::isfinite(value)) {
      const auto* chain = run.schedule_of(column);
      throw Error(ErrorKind::config,
                  (chain ? chain->where() + ": " : std::string()) + run.hypers[column].name + " of group " +
                      std::to_string(group) + " is no finite number in iteration " + std::to_string(iter),
                  number_text(value), "a finite number in every iteration of the run",
                  "other arguments of the schedule; `posehost schedule` of a shorter run shows its way");
    }
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return {low, high};
}

void judge_column(const ScheduledRun& run, std::size_t column, const std::set<std::int64_t>& at,
                  std::vector<std::string>& notes) {
  const auto& hyper = run.hypers[column];
  Groups still, negative, forgetful;
  double highest = 0;
  for (std::size_t group = 0; group < run.groups.size(); ++group) {
    if (!run.has(group, column)) continue;
    const auto [low, high] = range_of(run, group, column, at);
    if (hyper.role == PH_ROLE_LR && low == 0 && high == 0) still.add(group);
    if (low < 0) negative.add(group);
    if (hyper.role == PH_ROLE_MOMENTUM && high >= 1) {
      forgetful.add(group);
      highest = std::max(highest, high);
    }
  }
  const auto say = [&](const Groups& groups, const std::string& what) {
    if (groups.any()) notes.push_back(hyper.name + " of " + groups.text() + " " + what);
  };
  say(still, "is 0 throughout: its parameters stay as they are");
  say(negative, "falls below 0");
  say(forgetful, "reaches " + number_text(highest) + "; at 1 and above nothing is forgotten");
}

}  // namespace

std::pair<double, double> range_of(const ScheduledRun& run, std::size_t column) {
  const auto at = samples(run.length);
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t group = 0; group < run.groups.size(); ++group) {
    if (!run.has(group, column)) continue;
    const auto [least, most] = range_of(run, group, column, at);
    low = std::min(low, least);
    high = std::max(high, most);
  }
  return {low, high};
}

bool ignores_base(const ScheduleChain& chain, const RunLength& length, double base) {
  // A base of 0 doubled is 0.
  const double other = base == 0 ? 1 : 2 * base;
  const auto at = samples(length);
  return std::all_of(at.begin(), at.end(), [&](std::int64_t iter) {
    const auto where = progress_of(length, iter);
    return chain.value(length, where, 0, base) == chain.value(length, where, 0, other);
  });
}

std::vector<std::string> judge_schedules(const ScheduledRun& run) {
  std::vector<std::string> notes;
  const auto at = samples(run.length);
  for (const auto column : run.columns()) {
    judge_column(run, column, at, notes);
    const auto* chain = run.schedule_of(column);
    const auto& hyper = run.hypers[column];
    if (chain != nullptr && ignores_base(*chain, run.length, hyper.initial))
      notes.push_back(hyper.name + " comes from " + chain->key() + " alone: that of the optimizer, " +
                      number_text(hyper.initial) + ", has no effect");
  }
  return notes;
}

}  // namespace ph
