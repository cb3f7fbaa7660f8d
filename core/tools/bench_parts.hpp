#pragma once
#include "tools/bench.hpp"
#include "train/run_plan.hpp"

namespace ph {

/// The first batch of the training data, where the network is.
[[nodiscard]] Batch first_batch(RunPlan& plan);

// One part of run_bench() each.
[[nodiscard]] Json bench_data(const BenchOptions& options);
[[nodiscard]] Json bench_step(RunPlan& plan, int rounds);
[[nodiscard]] Json bench_operators(RunPlan& plan, int rounds);
[[nodiscard]] Json bench_optimizer(RunPlan& plan, const BenchOptions& options);

}  // namespace ph
