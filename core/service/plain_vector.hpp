#pragma once
#include <posehost/abi.h>

namespace ph {

/// posehost.vector on the CPU without LibTorch, for programs that only check plugins.
[[nodiscard]] const ph_vector* plain_vector() noexcept;

}  // namespace ph
