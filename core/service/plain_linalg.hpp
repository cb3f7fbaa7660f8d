#pragma once
#include <posehost/abi.h>

namespace ph {

/// posehost.linalg on the CPU without LibTorch, for programs that only check plugins: right, not fast.
[[nodiscard]] const ph_linalg* plain_linalg() noexcept;

}  // namespace ph
