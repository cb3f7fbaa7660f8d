#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/node.hpp"
#include "data/compat.hpp"
#include "data/dataset.hpp"
#include "data/image_cache.hpp"
#include "data/loader.hpp"
#include "metric/metric.hpp"
#include "model/pose_model.hpp"
#include "plugin/catalog.hpp"
#include "schedule/schedule_chain.hpp"
#include "train/compute.hpp"
#include "train/gradients.hpp"
#include "train/hooks.hpp"
#include "train/master_weights.hpp"
#include "train/optimizer_set.hpp"
#include "train/run_options.hpp"

namespace ph {

struct WorkflowEntry {
  bool train;
  std::int64_t times;  ///< epochs, or iterations of an iteration-based run
};

/// What the host does itself at its places in the list of hooks; the runner fills it in.
struct HostSteps {
  std::function<void(const ScheduleChain&)> schedule;
  std::function<void(ScheduleChain&, std::int32_t stage)> observe;  ///< where a schedule follows a metric
  std::function<void()> optimize;
};

/// What makes the training batches from an epoch on.
struct LaterPipeline {
  std::int64_t first_epoch;
  std::unique_ptr<Loader> loader;
};

/// A run, built and checked before its first batch. Everything that can be wrong in a config is found
/// while this is made; nothing is written yet.
struct RunPlan {
  Node config = Node::parse("null");  ///< resolved
  std::filesystem::path work_dir;
  std::filesystem::path resume;  ///< checkpoint to go on from; "" to start anew
  std::int64_t seed = 0;
  const Compat* compat = nullptr;
  Compute compute;
  std::shared_ptr<const PluginCatalog> plugins;
  std::shared_ptr<PoseModel> model;
  std::vector<std::string> weights_report;  ///< what load_from or pretrained found
  MasterWeights masters;                    ///< empty unless the network's parameters have 16 bits
  std::unique_ptr<OptimizerSet> optimizers;
  std::vector<std::shared_ptr<ScheduleChain>> schedules;
  HookList hooks;
  std::shared_ptr<HostSteps> steps;
  RunLength length;
  std::vector<WorkflowEntry> workflow;
  std::shared_ptr<ImageCache> images;  ///< of all data sets; null: every picture is decoded each time
  std::unique_ptr<Loader> train, val, val_loss;  ///< val: for evaluation; val_loss: with targets
  std::vector<LaterPipeline> later_pipelines;    ///< by epoch; all with train's instances and batches
  std::vector<std::shared_ptr<const Metric>> metrics;
  GradientRules gradients;

  /// What makes the batches of an epoch.
  [[nodiscard]] Loader& train_of(std::int64_t epoch) const;
};

/// Builds the plan. Throws Error; nothing but memory is touched.
[[nodiscard]] RunPlan make_plan(const RunOptions& options, HashCheck check = {});

/// What --dry-run prints: parameter groups, schedules at a few points, hooks in order, data, memory.
[[nodiscard]] std::vector<std::string> describe_plan(RunPlan& plan);

}  // namespace ph
