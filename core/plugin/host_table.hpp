#pragma once
#include <posehost/abi.h>

#include <mutex>
#include <string>

namespace ph {

/// The ph_host of one instance. Keeps the text of the last failure; the functions may be called from
/// any thread.
class HostTable {
 public:
  /// `name` ("org.posehost.optimizers/Adam") begins the lines in the log, but for those at level INFO.
  explicit HostTable(std::string name);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;
  [[nodiscard]] const ph_host* get() const noexcept { return &table_; }
  /// The text set since the last call, or empty.
  [[nodiscard]] std::string take_error();

 private:
  struct Calls;  // the functions of the table
  std::string name_;
  std::mutex mutex_;
  std::string error_;
  ph_host table_{};
  ph_random random_{};
};

}  // namespace ph
