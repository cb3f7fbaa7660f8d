#include "run/watchdog.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "config/error.hpp"
#include "log/log.hpp"
#include "run/place.hpp"

namespace ph {

Watchdog::Watchdog(std::chrono::milliseconds limit) {
  if (limit.count() > 0) thread_ = std::thread([this, limit] { watch(limit); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::watch(std::chrono::milliseconds limit) {
  using Clock = std::chrono::steady_clock;
  auto seen = place().beats.load();
  auto since = Clock::now();
  std::unique_lock lock(mutex_);
  while (
      !wake_.wait_for(lock, std::max(limit / 20, std::chrono::milliseconds(10)), [this] { return end_; })) {
    if (const auto beats = place().beats.load(); beats != seen) {
      seen = beats;
      since = Clock::now();
    } else if (Clock::now() - since > limit) {
      const char* who = place().who.load();
      log_error(Error(ErrorKind::environment,
                      std::string(who != nullptr ? "plugin " : "the run") + (who != nullptr ? who : "") +
                          " is stuck: the watchdog ends it",
                      std::string(place().doing.load()) + ", iteration " +
                          std::to_string(place().iteration.load()) + ", nothing done for " +
                          std::to_string(limit.count() / 1000) + " s",
                      "something done within runtime.watchdog_s",
                      "--resume; or a larger runtime.watchdog_s, if it was only slow")
                    .what());
      std::abort();
    }
  }
}

}  // namespace ph
