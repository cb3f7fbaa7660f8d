#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace ph {

/// How far a command has come that works through things one after the other. At a terminal a line that is drawn anew
/// ("testing 320/500, 41.2/s, 0:00:04 left"); elsewhere a log line every 30 seconds. Main thread.
class CountProgress {
 public:
  /// `total` 0: not known.
  CountProgress(std::string what, std::int64_t total);
  ~CountProgress();
  CountProgress(const CountProgress&) = delete;
  CountProgress& operator=(const CountProgress&) = delete;
  void show(std::int64_t done);
  /// Takes the line away.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] std::string text(std::int64_t done, Clock::time_point now) const;
  std::string what_, line_;
  std::int64_t total_;
  bool terminal_;
  Clock::time_point begin_ = Clock::now(), shown_ = begin_;
};

}  // namespace ph
