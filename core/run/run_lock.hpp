#pragma once
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace ph {

/// Who holds a work dir.
struct LockHolder {
  std::string host, job, token;  ///< job: of the scheduler, may be empty; token: unlike any other's
  std::string machine;           ///< boot and process namespace: where its pid means something
  std::int64_t pid = 0, started = 0;
  double heartbeat = 0;  ///< seconds since 1970, by the file system's clock
  double age_s = 0;      ///< of the heartbeat, by the same clock; of lock_holder() alone

  /// "pid 12 on node7, job 991, last seen 3 s ago".
  [[nodiscard]] std::string describe() const;
  /// Whether it is of this machine, where its process can be looked for.
  [[nodiscard]] bool here() const;
  /// On its own machine by its process, elsewhere by its heartbeat.
  [[nodiscard]] bool alive() const;
};

/// The one run that writes to a work dir: WORKDIR/run.lock, made with O_EXCL, so that it works on network
/// file systems too. Its time of change is the heartbeat, moved by a thread. A lock whose holder is dead
/// is taken over; on another machine it counts as dead when its heartbeat is old and does not move while
/// it is watched, so that clocks that are wrong or set cost nobody his run.
class RunLock {
 public:
  /// Throws Error(environment) naming the holder when a living run has it. `watch`: how long an old
  /// heartbeat of another machine is looked at.
  explicit RunLock(std::filesystem::path work_dir, std::chrono::milliseconds watch = heartbeat * 5 / 2);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  /// The dead holder whose lock was taken over.
  [[nodiscard]] const std::optional<LockHolder>& taken_from() const noexcept { return taken_from_; }

  static constexpr std::chrono::seconds heartbeat{10};
  static constexpr std::chrono::seconds dead_after{120};

 private:
  [[nodiscard]] bool create();
  [[nodiscard]] bool heart_beats(const LockHolder& holder) const;
  void take_over(const LockHolder& dead);
  void beat();

  std::filesystem::path file_;
  std::string token_;
  std::chrono::milliseconds watch_;
  std::optional<LockHolder> taken_from_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool end_ = false;
  std::thread thread_;
};

/// Who holds `work_dir`, alive or not; nothing when nobody does.
[[nodiscard]] std::optional<LockHolder> lock_holder(const std::filesystem::path& work_dir);

}  // namespace ph
