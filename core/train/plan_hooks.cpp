#include <algorithm>
#include <nlohmann/json.hpp>

#include "train/plan_parts.hpp"

namespace ph {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// "on_error" of a hook's config.
OnError reaction(const Node& value) {
  const auto text = value.string();
  if (text == "abort") return OnError::abort;
  if (text == "disable") return OnError::disable;
  if (text == "ignore") return OnError::ignore;
  throw value.error("no such reaction \"" + text + "\"", "abort, disable or ignore",
                    did_you_mean(text, {"abort", "disable", "ignore"}));
}

struct HookSpec {
  std::string type;
  Node args;
  Json defaults = Json::object();  ///< given where the component has such an argument and args does not
  bool drop_unknown = false;       ///< leave out arguments that the component does not have
};

// Adds every component that `spec.type` stands for.
void add_hook(RunPlan& plan, const HookSpec& spec) {
  for (const auto& ref : plan.plugins->resolve_all(PH_KIND_HOOK, spec.type, spec.args)) {
    const auto known = ref.note->arguments();
    Json args = Json::object();
    HookOptions options;
    for (const auto& key : spec.args.keys()) {
      if (key == "type") continue;
      if (key == "priority" && !contains(known, key)) {
        options.priority = priority_of(spec.args.at(key));
      } else if (key == "on_error" && !contains(known, key)) {
        options.on_error = reaction(spec.args.at(key));
      } else if (!spec.drop_unknown || contains(known, key)) {
        args[key] = spec.args.at(key).json();
      }
    }
    auto defaults = spec.defaults;
    // As mmcv's iteration-based runner does.
    if (!plan.length.by_epoch) defaults["by_epoch"] = false;
    for (const auto& [key, value] : defaults.items()) {
      if (!args.contains(key) && contains(known, key)) args[key] = value;
    }
    plan.hooks.add(*plan.plugins, ref, spec.args.with(args), options);
  }
}

void add_checkpoint(RunPlan& plan) {
  const auto& config = plan.config;
  // Absent is not null: a run that nobody told how often to save still keeps its last two epochs.
  if (config.json().contains("checkpoint_config") && !config.has("checkpoint_config")) return;
  const auto every =
      plan.length.by_epoch ? std::int64_t{1} : std::max<std::int64_t>(1, plan.length.max_iters / 10);
  const auto node = config.has("checkpoint_config")
                        ? config.at("checkpoint_config")
                        : config.with(Json{{"interval", every}, {"max_keep_ckpts", 2}});
  add_hook(plan, {"CheckpointHook", node});
}

// mmpose 0.13 names the metric `key_indicator` and says save_best: true.
Node with_save_best(const Node& evaluation) {
  if (!evaluation.has("key_indicator")) return evaluation;
  Json json = evaluation.json();
  if (!json.contains("save_best") || json["save_best"] == true) json["save_best"] = json["key_indicator"];
  if (json["save_best"] == false) json["save_best"] = nullptr;
  json.erase("key_indicator");
  return evaluation.with(json);
}

// "mAP" is the metric's name, AP that of its first number.
Node with_key_of_map(const Node& evaluation) {
  Json json = evaluation.json();
  if (!json.contains("save_best")) return evaluation;
  auto& keys = json["save_best"];
  if (keys == "mAP") keys = "AP";
  if (keys.is_array()) std::replace(keys.begin(), keys.end(), Json("mAP"), Json("AP"));
  return evaluation.with(json);
}

void add_evaluation(RunPlan& plan, const RunOptions& options) {
  const auto evaluation = plan.config.find("evaluation");
  if (!evaluation || !options.validate) return;
  if (!plan.config.at("data").has("val"))
    throw evaluation->error("there is no data to evaluate on", "data.val", "add it, or --no-validate");
  // Without data only names and arguments are checked: annotations may be elsewhere.
  if (plan.val) {
    auto context = plan.val->dataset().metric_context();
    context.plugins = plan.plugins.get();
    context.results_file = plan.work_dir / "result_keypoints.json";
    plan.metrics = make_metrics(*evaluation, context);
  } else {
    check_metrics(*evaluation, plan.plugins.get());
  }
  // The metrics' own arguments stand beside those of the hook.
  add_hook(plan, {"EvalHook", with_key_of_map(with_save_best(*evaluation)), Json::object(), true});
}

void add_loggers(RunPlan& plan) {
  const auto config = plan.config.find("log_config");
  if (!config) {
    add_hook(plan, {"TextLoggerHook", plan.config.with(Json::object())});
    return;
  }
  Json defaults = Json::object();
  if (config->has("interval")) defaults["interval"] = config->at("interval").json();
  const auto hooks = config->find("hooks");
  if (!hooks) {
    add_hook(plan, {"TextLoggerHook", config->with(Json::object()), defaults});
    return;
  }
  for (const auto& hook : hooks->elements()) add_hook(plan, {hook.at("type").string(), hook, defaults});
}

}  // namespace

void plan_hooks(RunPlan& plan, const RunOptions& options) {
  // The order in which mmcv registers them: it decides among equal priorities.
  auto steps = plan.steps;
  for (const auto& chain : plan.schedules) {
    const auto priority = chain->role() == PH_ROLE_LR ? PH_PRIORITY_VERY_HIGH : PH_PRIORITY_HIGH;
    auto stages = PH_STAGE_BIT(PH_STAGE_BEFORE_TRAIN_ITER);
    if (chain->observes()) {
      stages |= PH_STAGE_BIT(PH_STAGE_AFTER_TRAIN_EPOCH) | PH_STAGE_BIT(PH_STAGE_AFTER_VAL_EPOCH) |
                PH_STAGE_BIT(PH_STAGE_AFTER_EVALUATE);
    }
    plan.hooks.add(chain->hyper() + " schedule: " + chain->description(), stages, priority,
                   [steps, chain](std::int32_t stage) {
                     stage == PH_STAGE_BEFORE_TRAIN_ITER ? steps->schedule(*chain)
                                                         : steps->observe(*chain, stage);
                   });
  }
  plan.hooks.add("optimizer: " + plan.optimizers->description(), PH_STAGE_BIT(PH_STAGE_AFTER_TRAIN_ITER),
                 PH_PRIORITY_ABOVE_NORMAL, [steps](std::int32_t) { steps->optimize(); });
  add_checkpoint(plan);
  add_hook(plan, {"IterTimerHook", plan.config.with(Json::object())});
  add_loggers(plan);
  for (const char* key : {"custom_hooks", "mmcv_hooks"}) {
    const auto hooks = plan.config.find(key);
    if (!hooks) continue;
    for (const auto& hook : hooks->elements()) add_hook(plan, {hook.at("type").string(), hook});
  }
  add_evaluation(plan, options);
  plan.hooks.make_slots(*plan.model, plan.masters);
}

}  // namespace ph
