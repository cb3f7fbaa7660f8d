#pragma once
#include "train/test_options.hpp"

namespace ph {

/// `posehost test`: evaluates data.test and prints metrics, a table by keypoint if asked for, and how fast it was; writes what was asked for.
/// The exit code. Throws Error.
int test_session(const TestOptions& options);

}  // namespace ph
