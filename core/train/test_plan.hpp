#pragma once
#include "train/run_plan.hpp"
#include "train/test_options.hpp"

namespace ph {

/// What testing needs of a run: network with its weights, data.test (data.val where there is none; `notes` says so) as
/// plan.val, metrics. Optimizer, schedules, hooks and data.train are not made and plugins not looked for. Throws Error; nothing is written.
struct TestPlan {
  RunPlan run;
  std::vector<std::string> notes;
  std::filesystem::path results_file;  ///< that a metric writes; empty: none does
};
[[nodiscard]] TestPlan make_test_plan(const TestOptions& options);

}  // namespace ph
