#pragma once
#include <map>
#include <string>
#include <vector>

namespace ph {

/// What belongs to the process and not to a plugin: taken before and after plugin code runs.
class ProcessState {
 public:
  [[nodiscard]] static ProcessState now();
  /// What changed since, a line each: "changed the handler of SIGSEGV". Waits a little for threads and
  /// processes that are just ending.
  [[nodiscard]] std::vector<std::string> changes_since() const;

 private:
  [[nodiscard]] std::vector<std::string> compared_with(const ProcessState& later) const;
  std::size_t threads_ = 0;
  bool children_ = false;
  std::map<int, std::string> handlers_;        // by signal
  std::map<int, std::string> descriptors_;     // what they lead to
  std::map<std::string, std::string> values_;  // "the locale", "the current folder", …
  std::vector<std::string> environment_;
};

}  // namespace ph
