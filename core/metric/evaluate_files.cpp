#include "metric/evaluate_files.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "metric/coco_results.hpp"
#include "metric/coco_truth.hpp"
#include "metric/normaliser.hpp"
#include "metric/oks_evaluation.hpp"
#include "metric/pair_results.hpp"

namespace ph {
namespace {

class Stopwatch {
 public:
  // Seconds since the last call.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> passed = now - since_;
    since_ = now;
    return passed.count();
  }

 private:
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

std::vector<std::string> names_of(const CocoTruth& truth) {
  auto names = truth.main_category().keypoints;
  for (std::size_t k = names.size(); k < truth.keypoints; ++k) names.push_back(std::to_string(k));
  return names;
}

// The same section as in a config, so that both know the same metrics and arguments.
Node as_evaluation(const EvaluateFiles& asked, const std::vector<std::string>& metrics) {
  Json json{{"metric", metrics}};
  if (asked.pck_thr) json["pck_thr"] = *asked.pck_thr;
  if (asked.pckh_thr) json["pckh_thr"] = *asked.pckh_thr;
  if (asked.auc_nor) json["auc_nor"] = *asked.auc_nor;
  if (!asked.norm.empty()) {
    const auto norm = parse_normaliser(asked.norm);
    if (!norm) {
      throw Error(ErrorKind::usage, "--norm " + asked.norm + ": there is no such normaliser",
                  "\"" + asked.norm + "\"",
                  "bbox_size, box_size, head_size, or the numbers of two keypoints such as 60,72");
    }
    if (norm->kind == Normaliser::Kind::keypoints) {
      json["keypoint_indices"] = {norm->first, norm->second};
    } else {
      json["norm_item"] = asked.norm;
    }
  }
  return Node::from_json(json, "--metric");
}

void add_map(const EvaluateFiles& asked, const CocoTruth& truth, const CocoResults& results,
             EvaluatedFiles& made) {
  const auto& category = truth.main_category();
  auto chosen = choose_sigmas(asked.sigmas, category.sigmas, category.keypoints, truth.keypoints);
  if (!chosen.assumption.empty()) made.notes.push_back("assumed: " + chosen.assumption);
  for (const auto& object : truth.objects) {
    if (object.id != 0) continue;
    made.notes.push_back(
        "an annotation has the id 0: pycocotools counts every match with it as wrong; here it counts as "
        "right");
    break;
  }
  const bool by_crowd = asked.dataset == "crowdpose";
  const bool without_areas = by_crowd || asked.dataset == "aic" || asked.dataset == "mhp";
  const OksOptions options{std::move(chosen.sigmas), asked.use_area.value_or(!without_areas)};
  const auto take = [&](const auto& names, const auto& summary) {
    for (std::size_t i = 0; i < summary.size(); ++i) made.values.emplace_back(names[i], summary[i]);
  };
  if (by_crowd) {
    const auto summary = evaluate_crowd_oks(truth, results, options);
    take(crowd_oks_names(), summary);
    made.lines = crowd_oks_lines(summary);
  } else {
    const auto summary = evaluate_oks(truth, results, options);
    take(oks_names(), summary);
    made.lines = oks_lines(summary);
  }
}

void add_keypoint_metrics(const EvaluateFiles& asked, const std::vector<std::string>& names,
                          const CocoTruth& truth, const CocoResults& results, EvaluatedFiles& made) {
  DatasetInfo info;
  info.name = asked.dataset;
  info.keypoints = made.keypoints;
  MetricContext context;
  context.info = &info;
  context.pckh = asked.pckh;
  const auto metrics = make_metrics(as_evaluation(asked, names), context);
  const auto pairs = pair_results(truth, results);
  made.notes.push_back(std::to_string(pairs.instances.size()) + " annotations with labelled points: " +
                       std::to_string(pairs.by_id) + " answered by annotation_id, " +
                       std::to_string(pairs.by_place) + " by the closest result of their image, " +
                       std::to_string(pairs.unanswered) + " by none");
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    for (auto& value : metrics[i]->evaluate(pairs.instances, pairs.predictions, info))
      made.values.push_back(std::move(value));
    auto table = metrics[i]->by_keypoint(pairs.instances, pairs.predictions);
    if (!table.empty()) made.tables.push_back({names[i], std::move(table)});
  }
}

}  // namespace

EvaluatedFiles evaluate_files(const EvaluateFiles& asked) {
  std::vector<std::string> of_keypoints;
  bool map = false;
  for (const auto& name : asked.metrics) {
    if (name == "mAP" || name == "AP") {
      map = true;
    } else {
      of_keypoints.push_back(name);
    }
  }
  Stopwatch watch;
  EvaluatedFiles made;
  const auto truth = read_coco_truth(asked.truth);
  const auto results = read_coco_results(asked.results, truth, {asked.skip_unknown});
  made.read_s = watch.lap();
  made.keypoints = names_of(truth);
  if (results.skipped > 0) {
    made.notes.push_back(std::to_string(results.skipped) +
                         " results of unknown images or categories were left out");
  }
  if (map) add_map(asked, truth, results, made);
  if (!of_keypoints.empty()) add_keypoint_metrics(asked, of_keypoints, truth, results, made);
  made.compute_s = watch.lap();
  return made;
}

}  // namespace ph
