#include "run/run_times.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ph {
namespace {

std::int64_t now_ns() noexcept { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

RunTimes& run_times() noexcept {
  static RunTimes times;
  return times;
}

void RunTimes::begin(const char* who, const char* what) noexcept {
  if (depth_ < open_.size()) open_[depth_] = {who, what, now_ns(), 0};
  ++depth_;
}

void RunTimes::end() noexcept {
  if (depth_ == 0) return;  // reset() within a scope
  if (--depth_ >= open_.size()) return;
  const auto& done = open_[depth_];
  const auto end = now_ns();
  if (depth_ > 0) open_[depth_ - 1].inner_ns += end - done.begin_ns;
  try {
    auto& sum = sum_of(done.who, done.what);
    sum.ns += end - done.begin_ns - done.inner_ns;
    ++sum.calls;
    if (recorded_.size() < capacity_) recorded_.push_back({done.who, done.what, done.begin_ns, end});
  } catch (...) {  // no memory: a figure is lost
  }
}

// A run has some dozens of pairs, whose texts stay where they are: pointers tell them apart.
RunTimes::Sum& RunTimes::sum_of(const char* who, const char* what) {
  for (auto& entry : entries_)
    if (entry.who == who && entry.what == what) return entry.sum;
  entries_.push_back({who, what, {who != nullptr ? who : "", what != nullptr ? what : "", 0, 0}});
  return entries_.back().sum;
}

std::vector<RunTimes::Sum> RunTimes::sums() const {
  std::vector<Sum> all;
  for (const auto& entry : entries_) {
    const auto same = std::find_if(all.begin(), all.end(), [&](const Sum& sum) {
      return sum.who == entry.sum.who && sum.what == entry.sum.what;
    });
    if (same == all.end()) {
      all.push_back(entry.sum);
    } else {
      same->ns += entry.sum.ns;
      same->calls += entry.sum.calls;
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Sum& a, const Sum& b) { return a.ns > b.ns; });
  return all;
}

void RunTimes::record(std::size_t capacity) {
  recorded_.clear();
  capacity_ = capacity;
}

std::vector<RunTimes::Span> RunTimes::take_recorded() {
  capacity_ = 0;
  return std::exchange(recorded_, {});
}

void RunTimes::reset() {
  depth_ = 0;
  entries_.clear();
  record(0);
}

}  // namespace ph
