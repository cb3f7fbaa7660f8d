#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace ph {

/// How a child process ended and what it printed.
struct ChildResult {
  int exit_code = -1;      ///< valid when it ended by itself
  int signal = 0;          ///< that ended it, 0 if none
  bool timed_out = false;  ///< it was killed for being late
  std::string output;      ///< both streams as they came, at most `max_output` bytes
};

/// Runs `argv` (argv[0] is the path of the program; no shell, no search) with no input and waits for it,
/// at most `timeout_ms`. Throws Error(environment) when it cannot be started.
[[nodiscard]] ChildResult run_child(const std::vector<std::string>& argv, int timeout_ms,
                                    std::size_t max_output = 64 << 10);

}  // namespace ph
