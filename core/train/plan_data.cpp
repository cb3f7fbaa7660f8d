#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/sample.hpp"
#include "service/run_services.hpp"
#include "system/limits.hpp"
#include "train/plan_parts.hpp"

namespace ph {
namespace {

// data.<name>_dataloader overrides data; mmpose's order.
std::optional<Node> loader_setting(const Node& data, const char* loader, const char* key) {
  if (const auto own = data.find(loader)) {
    if (const auto value = own->find(key)) return value;
  }
  return data.find(key);
}

LoaderOptions loader_options(const RunPlan& plan, const Node& data, const char* loader, bool training) {
  LoaderOptions options;
  const auto batch = loader_setting(data, loader, "samples_per_gpu");
  options.batch_size = batch ? batch->i64() : 1;
  const auto workers = loader_setting(data, loader, "workers_per_gpu");
  // Threads share memory and start at once, so 0 ("in the main process") is one thread here.
  options.threads =
      static_cast<int>(std::clamp<std::int64_t>(workers ? workers->i64() : 2, 1, usable_cores()));
  const auto prefetch = loader_setting(data, loader, "prefetch");
  if (prefetch) options.prefetch_batches = static_cast<int>(std::max<std::int64_t>(1, prefetch->i64()));
  options.shuffle = training;
  if (training) {
    const auto drop = loader_setting(data, loader, "drop_last");
    options.drop_last = drop ? drop->boolean() : plan.compat->drop_last;
    if (const auto own = data.find(loader)) {
      if (const auto shuffle = own->find("shuffle")) options.shuffle = shuffle->boolean();
    }
  }
  options.pin_memory = plan.compute.device.is_cuda();
  options.seed = static_cast<std::uint64_t>(plan.seed);
  return options;
}

// The step that makes targets: TopDownGenerateTarget, TopDownGenerateTargetRegression.
const Json* find_target(const Json& pipeline) {
  for (const auto& step : pipeline) {
    if (step.is_object() && step.value("type", std::string{}).starts_with("TopDownGenerateTarget"))
      return &step;
  }
  return nullptr;
}

// A pipeline for validation losses: that of `data.val`, which ends in a bare image, with the targets
// of `data.train` and none of its augmentation.
Node with_targets(const Node& val, const Node& train) {
  Json json = val.json();
  auto& pipeline = json["pipeline"];
  if (!find_target(pipeline)) {
    const auto* target = find_target(train.json().at("pipeline"));
    if (!target) {
      throw val.at("pipeline")
          .error("no validation loss can be computed: neither data.val nor data.train makes targets",
                 "TopDownGenerateTarget in data.train.pipeline", "remove [\"val\", n] from workflow");
    }
    for (std::size_t i = pipeline.size(); i-- > 0;) {
      if (pipeline[i].value("type", std::string{}) != "Collect") continue;
      auto& keys = pipeline[i]["keys"];
      if (keys.is_string()) keys = Json::array({keys});
      for (const char* key : {"target", "target_weight"}) keys.push_back(key);
      pipeline.insert(pipeline.begin() + static_cast<std::ptrdiff_t>(i), *target);
      break;
    }
  }
  return val.with(json);
}

std::shared_ptr<const Dataset> dataset(const RunPlan& plan, const RunOptions& options, const Node& node,
                                       bool test_mode) {
  DataContext context{options.config.parent_path(), plan.compat, Node::parse("null"), true, test_mode};
  context.plugins = plan.plugins.get();
  if (const auto info = plan.config.find("dataset_info")) context.dataset_info = *info;
  context.images = plan.images;
  return make_dataset(node, context);
}

}  // namespace

std::unique_ptr<Loader> evaluation_loader(const RunPlan& plan, const RunOptions& options, const Node& set,
                                          const char* loader) {
  return std::make_unique<Loader>(dataset(plan, options, set, true),
                                  loader_options(plan, plan.config.at("data"), loader, false));
}

void plan_data(RunPlan& plan, const RunOptions& options) {
  if (options.no_data) return;
  const auto data = plan.config.at("data");
  const auto train = data.at("train");
  plan.train = std::make_unique<Loader>(dataset(plan, options, train, false),
                                        loader_options(plan, data, "train_dataloader", true));
  if (plan.train->batches() == 0) {
    throw data.error("there is no batch to train on: " + std::to_string(plan.train->dataset().size()) +
                         " instances, " + std::to_string(plan.train->options().batch_size) +
                         " a batch, the incomplete last one dropped",
                     "at least one full batch", "a smaller samples_per_gpu, or \"drop_last\": false");
  }
  const bool val_losses =
      std::any_of(plan.workflow.begin(), plan.workflow.end(), [](const auto& w) { return !w.train; });
  const auto val = data.find("val");
  if (val_losses && !val)
    throw data.error("workflow asks for validation, but there is no data.val", "data.val");
  if (!val) return;
  if (plan.config.has("evaluation") && options.validate)
    plan.val = evaluation_loader(plan, options, *val, "val_dataloader");
  if (val_losses) {
    plan.val_loss = std::make_unique<Loader>(dataset(plan, options, with_targets(*val, train), false),
                                             loader_options(plan, data, "val_dataloader", false));
  }
}

// Epochs are the key of everything random, so a later pipeline is a loader of its own with the same
// instances: nothing of the one before has to be known on resume.
void plan_pipelines(RunPlan& plan, const RunOptions& options) {
  const auto requests = take_pipeline_requests();
  if (!plan.train) return;
  const auto data = plan.config.at("data");
  for (const auto& request : requests) {
    const auto train = data.at("train");
    Json json = train.json();
    json["pipeline"] = Json::parse(request.pipeline);
    auto loader = std::make_unique<Loader>(dataset(plan, options, train.with(json), false),
                                           loader_options(plan, data, "train_dataloader", true));
    const auto now = plan.train->dataset().shapes(), then = loader->dataset().shapes();
    if (now.img != then.img || now.target != then.target || now.target_weight != then.target_weight) {
      throw train.error("the pipeline from epoch " + std::to_string(request.first_epoch) +
                            " on makes samples of other shapes",
                        "images and targets like those of data.train.pipeline",
                        "the same TopDownAffine, target and Collect in both");
    }
    plan.later_pipelines.push_back({request.first_epoch, std::move(loader)});
  }
}

}  // namespace ph
