#pragma once
// Private to core/check: one case, here or in a child.
#include <functional>
#include <string>

#include "check/check.hpp"

namespace ph {

/// Runs the case in this process. An Error that escapes it is a finding.
void run_case(const CheckCase& what, const CaseSettings& settings, CaseReport& report,
              const std::function<void(const std::string&)>& progress);

/// Starts options.command for the case and turns how it ended into a verdict.
void run_case_in_child(const CheckOptions& options, const std::string& title, CaseReport& report);

}  // namespace ph
