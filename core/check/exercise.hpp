#pragma once
#include "check/case.hpp"
#include "check/fake_host.hpp"

namespace ph {

/// Uses an instance of any kind as a run would, briefly: every function of its table is called. Failures
/// with a text are accepted (`patient`), or findings.
void exercise(CaseRun& run, Trial& trial, bool patient);

/// Parameters of a small network as ph_param_groups_api.build gets them; `n` layers.
[[nodiscard]] Json sample_params(std::size_t n);

/// The first of several samples of arguments that create accepts; the least that is needed if it can be.
/// Ends the case as skipped when there is none (config.valid reports that).
[[nodiscard]] Json working_args(CaseRun& run);
/// Up to `n` of them, all different.
[[nodiscard]] std::vector<Json> working_args(CaseRun& run, std::size_t n);

}  // namespace ph
