#pragma once
#include <atomic>
#include <cstdint>

#include "run/run_times.hpp"

namespace ph {

/// Where the run is, for those who find it stuck or dead: the watchdog's thread and signal handlers.
/// Written by the main thread; the texts have to live until the next are set.
struct RunPlace {
  std::atomic<const char*> who{nullptr};    ///< "org.acme.hooks/Sharpen"; null: the host itself
  std::atomic<const char*> doing{"start"};  ///< a stage, or "reading a batch"
  std::atomic<std::int64_t> iteration{0};   ///< from 1; 0: before the first
  std::atomic<std::int64_t> beats{0};       ///< grows with everything that gets done
};
[[nodiscard]] RunPlace& place() noexcept;

/// Says who is at work while it lives; counts as a sign of life at both ends, and for RunTimes. Main thread.
class PlaceScope {
 public:
  PlaceScope(const char* who, const char* doing) noexcept
      : who_{place().who.exchange(who)}, doing_{place().doing.exchange(doing)} {
    ++place().beats;
    run_times().begin(who, doing);
  }
  ~PlaceScope() {
    run_times().end();
    place().who = who_;
    place().doing = doing_;
    ++place().beats;
  }
  PlaceScope(const PlaceScope&) = delete;
  PlaceScope& operator=(const PlaceScope&) = delete;

 private:
  const char *who_, *doing_;
};

}  // namespace ph
