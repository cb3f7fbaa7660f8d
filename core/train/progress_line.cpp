#include "train/progress_line.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "log/log.hpp"

namespace ph {
namespace {

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

}  // namespace

std::string format_duration(double seconds) {
  const auto total = static_cast<long long>(std::max(0.0, seconds));
  const auto days = total / 86400;
  char text[64];
  std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", total / 3600 % 24, total / 60 % 60, total % 60);
  if (days == 0) return text;
  return std::to_string(days) + (days == 1 ? " day, " : " days, ") + text;
}

ProgressLine::ProgressLine(const RunLength& length) : active_{isatty(STDERR_FILENO) == 1}, length_{length} {
  if (!active_) return;
  set_progress_redraw([this](bool hidden) { hidden ? hide() : draw(true); });
}

ProgressLine::~ProgressLine() {
  if (!active_) return;
  finish();
  set_progress_redraw({});
}

void ProgressLine::show(std::int64_t epoch, std::int64_t iter, std::int64_t samples,
                        std::optional<double> loss, double lr) {
  if (!active_) return;
  const auto now = Clock::now();
  if (last_ != Clock::time_point{}) {
    const double took = std::chrono::duration<double>(now - last_).count();
    seconds_per_iter_ = seconds_per_iter_ == 0 ? took : 0.9 * seconds_per_iter_ + 0.1 * took;
  }
  last_ = now;
  constexpr int kBar = 24;
  const auto filled = static_cast<int>(kBar * iter / std::max<std::int64_t>(1, length_.max_iters));
  const std::string bar = std::string(static_cast<std::size_t>(filled), '#') +
                          std::string(static_cast<std::size_t>(kBar - filled), '.');
  char text[256];
  std::snprintf(text, sizeof text, "[%s] epoch %lld  %lld/%lld  loss %.5f  lr %.2e  %.1f img/s  eta %s",
                bar.c_str(), static_cast<long long>(epoch + 1), static_cast<long long>(iter),
                static_cast<long long>(length_.max_iters), loss.value_or(0), lr,
                seconds_per_iter_ > 0 ? static_cast<double>(samples) / seconds_per_iter_ : 0.0,
                format_duration(seconds_per_iter_ * static_cast<double>(length_.max_iters - iter)).c_str());
  line_ = text;
  draw(false);
}

void ProgressLine::note(const std::string& text) {
  line_ = text;
  draw(false);
}

void ProgressLine::draw(bool force) {
  if (!active_ || line_.empty()) return;
  const auto now = Clock::now();
  if (!force && now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  std::fprintf(stderr, "\r\033[K%s", line_.substr(0, terminal_width() - 1).c_str());
  std::fflush(stderr);
}

void ProgressLine::hide() {
  if (active_ && !line_.empty()) std::fputs("\r\033[K", stderr);
}

void ProgressLine::finish() {
  hide();
  line_.clear();
}

}  // namespace ph
