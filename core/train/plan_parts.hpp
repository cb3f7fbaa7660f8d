#pragma once
#include <string>
#include <vector>

#include "train/run_plan.hpp"

namespace ph {

/// The steps of make_plan(), in the order in which they are taken. Each fills its part of `plan`.
void plan_compute(RunPlan& plan, const RunOptions& options);  ///< config, work dir, seed, compat, device
void plan_workflow(RunPlan& plan);
void plan_data(RunPlan& plan, const RunOptions& options);
void plan_model(RunPlan& plan, const RunOptions& options);
void plan_length(RunPlan& plan, const RunOptions& options);
void plan_optimizer(RunPlan& plan, const RunOptions& options);
void plan_hooks(RunPlan& plan, const RunOptions& options);
void plan_pipelines(RunPlan& plan, const RunOptions& options);  // what hooks asked for

/// The cache that `runtime.image_cache_mb` asks for; null: none.
[[nodiscard]] std::shared_ptr<ImageCache> make_image_cache(const Node& runtime);

/// A loader of `set` (the value of "data.val" or "data.test") that leaves nothing out, in order; `loader` names its
/// section of settings: "test_dataloader".
[[nodiscard]] std::unique_ptr<Loader> evaluation_loader(const RunPlan& plan, const RunOptions& options,
                                                        const Node& set, const char* loader);

}  // namespace ph
