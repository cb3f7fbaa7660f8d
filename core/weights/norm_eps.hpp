#pragma once
#include "config/node.hpp"

namespace ph {

/// The eps of the batch norms of a config's `model`: of every norm_cfg in it, else `otherwise`. Throws Error(config)
/// when two differ, or one is not above 0: weights alone do not say which norm has which.
[[nodiscard]] double norm_eps(const Node& config, double otherwise = 1e-5);

}  // namespace ph
