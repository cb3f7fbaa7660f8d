#include "train/test_plan.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/load_whole_network.hpp"
#include "tensor/atomic_file.hpp"
#include "train/plan_parts.hpp"

namespace ph {
namespace {

// mmpose keeps one set for both in most configs.
std::pair<Node, const char*> test_set(const Node& config, std::vector<std::string>& notes) {
  const auto data = config.at("data");
  if (const auto test = data.find("test")) return {*test, "test_dataloader"};
  if (const auto val = data.find("val")) {
    notes.emplace_back("the config has no data.test: data.val is tested");
    return {*val, "val_dataloader"};
  }
  throw data.error("there is nothing to test on", "data.test, or data.val",
                   "a config with it, or --set data.test=JSON");
}

Node evaluation_of(const Node& config, const std::vector<std::string>& metrics) {
  Json evaluation = config.has("evaluation") ? config.at("evaluation").json() : Json::object();
  if (!metrics.empty()) evaluation["metric"] = metrics;
  return config.has("evaluation") ? config.at("evaluation").with(evaluation)
                                  : Node::from_json(evaluation, metrics.empty() ? "evaluation" : "--eval");
}

bool asks_for_map(const Node& evaluation, const MetricContext& context) {
  const auto is_map = [](const std::string& name) { return name == "mAP" || name == "AP"; };
  const auto metric = evaluation.find("metric");
  if (!metric) return std::any_of(context.rules.metrics.begin(), context.rules.metrics.end(), is_map);
  if (metric->is_string()) return is_map(metric->string());
  const auto all = metric->elements();
  return std::any_of(all.begin(), all.end(), [&](const Node& one) { return is_map(one.string()); });
}

}  // namespace

TestPlan make_test_plan(const TestOptions& options) {
  if (!options.out.empty())
    const AtomicFile probe{options.out};  // a folder that is not there shows before the work
  TestPlan plan;
  auto& run = plan.run;
  plan_compute(run, options.run);
  const auto [set, loader] = test_set(run.config, plan.notes);
  run.val = evaluation_loader(run, options.run, set, loader);
  run.resume = options.checkpoint;  // all weights come from there: pretrained and load_from are not read
  plan_model(run, options.run);
  run.weights_report = load_whole_network(*run.model, options.checkpoint).lines(options.checkpoint.string());
  const auto evaluation = evaluation_of(run.config, options.metrics);
  auto context = run.val->dataset().metric_context();
  if (asks_for_map(evaluation, context)) {
    if (!options.out.empty()) plan.results_file = options.out;
    if (options.out.empty() && !options.run.work_dir.empty())
      plan.results_file = run.work_dir / "result_keypoints.json";
  }
  context.results_file = plan.results_file;
  run.metrics = make_metrics(evaluation, context);
  run.model->eval();
  return plan;
}

}  // namespace ph
