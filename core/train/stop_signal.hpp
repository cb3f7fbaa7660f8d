#pragma once

namespace ph {

/// Signals that ask a run to end well: SIGINT and SIGTERM finish the iteration; a second SIGINT ends
/// the process at once, a second SIGTERM does not (schedulers send it twice); SIGUSR1 asks for a
/// checkpoint. One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  /// SIGINT or SIGTERM once one came, else 0.
  [[nodiscard]] int stop() const noexcept;
  /// Whether SIGUSR1 came since the last call.
  [[nodiscard]] bool take_save() noexcept;
};

}  // namespace ph
