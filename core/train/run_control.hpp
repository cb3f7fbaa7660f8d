#pragma once
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "run/crash_report.hpp"
#include "run/run_lock.hpp"
#include "run/run_requests.hpp"
#include "run/run_status.hpp"
#include "run/watchdog.hpp"
#include "train/run_plan.hpp"

namespace ph {

/// The hyper-parameters of all optimizers, by name, as they stand in the first group that has them.
[[nodiscard]] std::vector<std::pair<std::string, double>> hypers_now(const RunPlan& plan);

/// What makes a run steerable and observable from outside while it lives: the lock of its work dir,
/// status.json, requests, crash report, watchdog. Main thread.
class RunControl {
 public:
  /// Takes the work dir, which exists. Throws Error(environment) when another run has it.
  RunControl(const RunPlan& plan, const std::string& name, const std::string& config);

  /// Requests since the last call.
  [[nodiscard]] std::vector<RunRequest> take_requests() { return requests_.take(); }

  /// Whether it is time to tell again; then fill in `status` and call tell().
  [[nodiscard]] bool due() const;
  void tell();
  /// The last word.
  void end(const std::string& state, const std::string& why, int exit_code);

  RunStatus status;

 private:
  std::filesystem::path work_dir_;
  bool prometheus_;
  RunLock lock_;
  CrashReport crash_;
  Watchdog watchdog_;
  RunRequests requests_;
  std::chrono::steady_clock::time_point told_{};
  bool warned_ = false;
};

}  // namespace ph
