#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// How one case of `plugin check` ended.
enum class Verdict {
  passed,
  failed,   ///< a rule is broken: findings say which
  crashed,  ///< a signal ended the process
  hung,     ///< it was killed for being late
  exited,   ///< the plugin ended the process
  refused,  ///< the host would not use this file
  skipped,  ///< does not apply
};
[[nodiscard]] const char* name_of(Verdict verdict) noexcept;

struct CaseReport {
  std::string name;       ///< "schedule.pure"
  std::string component;  ///< "Step"; empty for what concerns the file
  Verdict verdict = Verdict::passed;
  std::vector<std::string> findings;      ///< what is wrong, or why it was skipped; a line each
  std::vector<std::string> notes;         ///< facts that break no rule
  std::map<std::string, double> figures;  ///< "ns_per_element": 0.4
  double seconds = 0;

  [[nodiscard]] bool bad() const noexcept {
    return verdict != Verdict::passed && verdict != Verdict::skipped;
  }
  [[nodiscard]] std::string title() const { return component.empty() ? name : name + " " + component; }
};

[[nodiscard]] Json to_json(const CaseReport& report);
/// What to_json() made. Throws std::exception for anything else: it came from a process that ran a plugin.
[[nodiscard]] CaseReport case_report_from(const Json& json);

}  // namespace ph
