#include "run/run_state.hpp"

#include "run/run_lock.hpp"

namespace ph {

std::string true_state(const RunStatus& status, const std::filesystem::path& work_dir) {
  // A run that cannot say that it ended has been killed.
  if (status.state != "running") return status.state;
  const auto holder = lock_holder(work_dir);
  return holder && holder->alive() ? "running" : "died";
}

}  // namespace ph
