#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace ph {

/// What `posehost ctl` asks of a run.
struct RunRequest {
  std::string action;  ///< stop, save, evaluate, set
  std::string name;    ///< of set: a hyper-parameter
  double value = 0;
};

/// Leaves a request in WORKDIR/requests/ and returns its file, which goes away when the run takes it.
/// Throws Error(environment): the folder is not there (no run has been here) or not the user's.
std::filesystem::path post_request(const std::filesystem::path& work_dir, const RunRequest& request);

/// The run's end of it. The folder belongs to the run's user and nobody else can write to it; a file that
/// is somebody else's, no plain file, or no request is removed with a warning. Main thread.
class RunRequests {
 public:
  /// Makes the folder and forgets what was asked of earlier runs. Throws Error(environment).
  explicit RunRequests(std::filesystem::path work_dir);

  /// What came since the last call, oldest first. Looks at the disk once a second.
  [[nodiscard]] std::vector<RunRequest> take();

 private:
  std::filesystem::path folder_;
  std::chrono::steady_clock::time_point looked_{};
};

}  // namespace ph
