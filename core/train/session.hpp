#pragma once
#include "train/run_plan.hpp"

namespace ph {

/// Exit code of a run that stopped early and was saved: a scheduler should start it again.
inline constexpr int kExitRequeue = 75;

/// `posehost run`: plan, work dir, logs, training, evaluation, pictures, summary. Returns the exit
/// code; throws Error for what a user can repair.
[[nodiscard]] int run_session(const RunOptions& options);

}  // namespace ph
