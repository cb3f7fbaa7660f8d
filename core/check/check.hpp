#pragma once
#include <functional>
#include <string>
#include <vector>

#include "check/case.hpp"
#include "check/report.hpp"

namespace ph {

struct CheckOptions {
  CaseSettings settings;
  std::vector<std::string> only;     ///< cases, groups or components; empty: all
  int timeout_ms = 10000;            ///< for one case
  bool in_process = false;           ///< for a debugger: no children, no time limit
  std::vector<std::string> command;  ///< the running program and the words that select run_check_child()
};

struct CheckReport {
  std::vector<CaseReport> cases;
  double seconds = 0;
  [[nodiscard]] std::size_t count(Verdict verdict) const;
  /// 0: nothing bad; 1: a check failed; 3: the host would refuse the file.
  [[nodiscard]] int exit_code() const;
};

/// Judges a plugin file by what it says and by what it does. Each case runs in a process of its own; cases
/// run side by side where they do not measure time. `done` hears of each as it ends, one at a time. Throws
/// Error(usage): --only names nothing; Error(environment): no child can be started.
[[nodiscard]] CheckReport run_check(const CheckOptions& options,
                                    const std::function<void(const CaseReport&)>& done = {});

/// The other end: runs one case ("name" or "name component") and reports through descriptor 3. Does not
/// return: the process ends without running what a plugin left for its end, except where that is the case.
[[noreturn]] void run_check_child(const CaseSettings& settings, const std::string& title);

}  // namespace ph
