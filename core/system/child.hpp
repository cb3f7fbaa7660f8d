#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace ph {

/// How a child process ended and what it printed.
struct ChildResult {
  int exit_code = -1;        ///< valid when it ended by itself
  int signal = 0;            ///< that ended it, 0 if none
  bool timed_out = false;    ///< it was killed for being late
  bool left_behind = false;  ///< own_group: processes that it started outlived it (and were killed)
  std::string output;        ///< both streams as they came, at most `max_output` bytes
};

struct ChildOptions {
  int timeout_ms = 60000;
  std::size_t max_output = 64 << 10;
  int report_fd = -1;      ///< becomes the child's descriptor 3, if not negative
  bool own_group = false;  ///< a process group of its own, killed as a whole in the end
};

/// Runs `argv` (argv[0] is the path of the program; no shell, no search) with no input and waits for it,
/// at most `timeout_ms`. What it started may go on, and is not waited for. Throws Error(environment) when
/// it cannot be started. Any thread.
[[nodiscard]] ChildResult run_child(const std::vector<std::string>& argv, const ChildOptions& options);
[[nodiscard]] inline ChildResult run_child(const std::vector<std::string>& argv, int timeout_ms,
                                           std::size_t max_output = 64 << 10) {
  return run_child(argv, ChildOptions{timeout_ms, max_output, -1, false});
}

}  // namespace ph
