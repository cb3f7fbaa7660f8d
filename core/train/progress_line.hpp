#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "schedule/schedule_chain.hpp"

namespace ph {

/// The progress line of a person at a terminal: bar, epoch, loss, lr, images/s, time left. Nothing
/// is written where stderr is no terminal: the log lines serve there. Main thread.
class ProgressLine {
 public:
  explicit ProgressLine(const RunLength& length);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// After iteration `iter` (counted from 1) of `samples` images.
  void show(std::int64_t epoch, std::int64_t iter, std::int64_t samples, std::optional<double> loss,
            double lr);
  /// A word about what goes on instead of training.
  void note(const std::string& text);
  /// Takes the line away.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void draw(bool force);
  void hide();
  bool active_;
  RunLength length_;
  std::string line_;
  Clock::time_point drawn_{}, last_{};
  double seconds_per_iter_ = 0;  // smoothed
};

/// "1:02:03" or "2 days, 3:04:05", as mmcv prints durations.
[[nodiscard]] std::string format_duration(double seconds);

}  // namespace ph
