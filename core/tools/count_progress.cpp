#include "tools/count_progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "log/log.hpp"
#include "train/progress_line.hpp"

namespace ph {
namespace {

constexpr auto redraw_after = std::chrono::milliseconds(100);
constexpr auto log_after = std::chrono::seconds(30);

}  // namespace

CountProgress::CountProgress(std::string what, std::int64_t total)
    : what_{std::move(what)}, total_{total}, terminal_{isatty(STDERR_FILENO) == 1} {
  if (!terminal_) return;
  set_progress_redraw([this](bool hidden) {
    if (line_.empty()) return;
    std::fprintf(stderr, "\r\033[K%s", hidden ? "" : line_.c_str());
    std::fflush(stderr);
  });
}

CountProgress::~CountProgress() { finish(); }

std::string CountProgress::text(std::int64_t done, Clock::time_point now) const {
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  char numbers[96];
  if (total_ > 0) {
    const double left = rate > 0 ? static_cast<double>(std::max<std::int64_t>(0, total_ - done)) / rate : 0;
    std::snprintf(numbers, sizeof numbers, " %lld/%lld, %.1f/s, %s left", static_cast<long long>(done),
                  static_cast<long long>(total_), rate, format_duration(left).c_str());
  } else {
    std::snprintf(numbers, sizeof numbers, " %lld, %.1f/s", static_cast<long long>(done), rate);
  }
  return what_ + numbers;
}

void CountProgress::show(std::int64_t done) {
  const auto now = Clock::now();
  if (terminal_ ? now - shown_ < redraw_after : now - shown_ < log_after) return;
  shown_ = now;
  if (!terminal_) {
    log_info(text(done, now));
    return;
  }
  line_ = text(done, now);
  std::fprintf(stderr, "\r\033[K%s", line_.c_str());
  std::fflush(stderr);
}

void CountProgress::finish() {
  if (!terminal_) return;
  set_progress_redraw({});
  if (!std::exchange(line_, {}).empty()) std::fputs("\r\033[K", stderr);
}

}  // namespace ph
