#pragma once
#include <string>
#include <vector>

#include "run/run_status.hpp"

namespace ph {

/// A part of a run's time, as people call it.
struct TimePart {
  std::string name;  ///< "data: waiting for a batch", "backward", "optimizer: …", "hook: …"
  double seconds = 0;
  std::int64_t calls = 0;
};

/// Where the time of a run's newest start went, largest first: its parts, each hook with all its stages together, and what none of
/// them had between the start and the last word. Empty where the run did not say.
[[nodiscard]] std::vector<TimePart> time_parts(const RunStatus& status);

/// The same as a table with bars; "" for none.
[[nodiscard]] std::string time_section(const std::vector<TimePart>& parts);

}  // namespace ph
