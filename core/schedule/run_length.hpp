#pragma once
#include <cstdint>

#include "config/node.hpp"

namespace ph {

/// How long a run is; what schedules count against.
struct RunLength {
  bool by_epoch = true;
  std::int64_t iters_per_epoch = 0;
  std::int64_t max_epochs = 0;  ///< 0 when iteration-based
  std::int64_t max_iters = 0;
  std::int64_t n_groups = 0;  ///< parameter groups; 0 where they are not known
};

/// Where a run is.
struct Progress {
  std::int64_t epoch = 0, iter = 0, opt_step = 0;
};

/// Length of the run of a checked config (`total_epochs`, `runner`), whose epochs have `iters_per_epoch`
/// iterations. Throws Error(config) when that is more than can be counted.
[[nodiscard]] RunLength read_run_length(const Node& config, std::int64_t iters_per_epoch);

}  // namespace ph
