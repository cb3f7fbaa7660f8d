#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace ph {

/// Ends the process (SIGABRT) when `place().beats` has not moved for `limit`, after saying who was at
/// work: a call that never returns cannot be undone from within. The last checkpoint stands.
class Watchdog {
 public:
  /// A limit of 0: never.
  explicit Watchdog(std::chrono::milliseconds limit);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void watch(std::chrono::milliseconds limit);
  std::mutex mutex_;
  std::condition_variable wake_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace ph
