#pragma once
#include "train/run_plan.hpp"

namespace ph {

/// Exit code of a run that stopped early and was saved: a scheduler should start it again.
inline constexpr int kExitRequeue = 75;

/// `posehost run`: plan, work dir, logs, training, evaluation, pictures, summary. Returns the exit
/// code; throws Error for what a user can repair.
[[nodiscard]] int run_session(const RunOptions& options);

/// `posehost plugin lock CFG`: builds the plan without data and records the plugins that it loaded in the
/// lock file beside the config; entries of other plugins stay. Returns the exit code; throws Error.
[[nodiscard]] int lock_plugins(RunOptions options);

}  // namespace ph
