#include "train/run_plan.hpp"

#include <nlohmann/json.hpp>

#include "config/run_config.hpp"
#include "log/log.hpp"
#include "plugin/lock.hpp"
#include "service/run_services.hpp"
#include "train/plan_parts.hpp"
#include "train/stored_checkpoints.hpp"
#include "train/torch_services.hpp"

namespace ph {
namespace {

// Command-line flags are config keys in the end: one place decides, and the saved config is complete.
Node apply_flags(const Node& config, const RunOptions& options) {
  Json json = config.json();
  if (!json.contains("runtime") || json["runtime"].is_null()) json["runtime"] = Json::object();
  if (options.seed) json["runtime"]["seed"] = *options.seed;
  if (options.deterministic) json["runtime"]["deterministic"] = true;
  if (!options.device.empty()) json["runtime"]["device"] = options.device;
  if (!options.load_from.empty()) json["load_from"] = options.load_from;
  return config.with(json);
}

std::filesystem::path choose_work_dir(const Node& config, const RunOptions& options) {
  if (!options.work_dir.empty()) return std::filesystem::absolute(options.work_dir);
  if (config.has("work_dir")) return std::filesystem::absolute(config.at("work_dir").string());
  return std::filesystem::absolute(std::filesystem::path("work_dirs") / options.config.stem());
}

// "auto" is the work dir's last checkpoint, if there is one yet.
std::filesystem::path choose_checkpoint(const RunPlan& plan, const RunOptions& options) {
  auto wanted = options.resume;
  if (wanted.empty() && plan.config.has("resume_from")) wanted = plan.config.at("resume_from").string();
  if (wanted != "auto") return wanted;
  return newest_usable_checkpoint(plan.work_dir);
}

std::int64_t choose_seed(const Node& config) {
  if (config.has("runtime") && config.at("runtime").has("seed")) return config.at("runtime").at("seed").i64();
  return config.has("seed") ? config.at("seed").i64() : 0;
}

HashCheck check_of_lock(const RunOptions& options) {
  if (!options.locked) return {};
  return [lock = PluginLock::read(lock_file_of(options.config))](
             const PluginNote& note, const std::string& sha256) { lock.check(note, sha256); };
}

}  // namespace

Loader& RunPlan::train_of(std::int64_t epoch) const {
  auto* loader = train.get();
  for (const auto& later : later_pipelines)
    if (epoch >= later.first_epoch) loader = later.loader.get();
  return *loader;
}

void plan_compute(RunPlan& plan, const RunOptions& options) {
  plan.config = check_run_config(apply_flags(load_config(options.config, options.overrides), options));
  plan.work_dir = choose_work_dir(plan.config, options);
  plan.seed = choose_seed(plan.config);
  plan.compat = plan.config.has("compat") ? &compat_for(plan.config.at("compat")) : &default_compat();
  plan.compute = set_up_compute(plan.config.at("runtime"));
  plan.images = make_image_cache(plan.config.at("runtime"));
}

RunPlan make_plan(const RunOptions& options, HashCheck check) {
  RunPlan plan;
  plan.steps = std::make_shared<HostSteps>();
  plan_compute(plan, options);
  plan.resume = choose_checkpoint(plan, options);
  use_torch_services(static_cast<std::uint64_t>(plan.seed));
  (void)take_pipeline_requests();  // of a plan that failed
  plan.plugins = std::make_shared<PluginCatalog>(PluginCatalog::scan(
      plugin_folders(options.plugin_dirs, &plan.config), check ? std::move(check) : check_of_lock(options)));

  plan_workflow(plan);
  plan_data(plan, options);
  plan_model(plan, options);
  plan_length(plan, options);
  plan_optimizer(plan, options);
  plan_hooks(plan, options);
  plan_pipelines(plan, options);
  plan.plugins->require(plan.config, /*all_resolved=*/true);
  return plan;
}

}  // namespace ph
