#include "metric/coco_map.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "config/error.hpp"
#include "data/box.hpp"
#include "metric/oks.hpp"
#include "metric/oks_evaluation.hpp"
#include "metric/write_results.hpp"

namespace ph {
namespace {

void check_numbers(const Instance& instance, const Prediction& prediction) {
  for (const float value : prediction.keypoints) {
    if (std::isfinite(value)) continue;
    throw Error(ErrorKind::nan, instance.image_file + ": the network's answer is no number",
                std::to_string(value), "finite coordinates and scores",
                "a lower learning rate, or an earlier checkpoint");
  }
}

// Rows of one image that stay after scoring and NMS.
class ImageResults {
 public:
  void add(const ResultRow& row) { rows_.push_back(row); }

  void keep(const CocoMapOptions& options, const std::vector<double>& sigmas,
            std::vector<ResultRow>& kept) const {
    if (options.nms == NmsMode::none) {
      kept.insert(kept.end(), rows_.begin(), rows_.end());
      return;
    }
    std::vector<ScoredPose> poses;
    for (const auto& row : rows_) {
      const auto& scale = row.prediction->scale;
      const float area = (scale[0] * pixels_per_scale) * (scale[1] * pixels_per_scale);
      poses.push_back({row.prediction->keypoints, area, row.score});
    }
    OksNmsOptions nms;
    nms.threshold = options.oks_thr;
    nms.second_mask_only = options.nms_second_mask_only;
    const auto chosen =
        options.nms == NmsMode::soft_oks_nms ? soft_oks_nms(poses, sigmas, nms) : oks_nms(poses, sigmas, nms);
    for (const auto i : chosen) kept.push_back(rows_[i]);
  }

 private:
  std::vector<ResultRow> rows_;
};

// A detector's boxes, and annotations of a file with one category, belong to the main one.
class Categories {
 public:
  explicit Categories(const CocoTruth& truth) : main_(truth.main_category().id) {
    if (truth.categories.size() == 1) return;
    for (const auto& object : truth.objects) by_annotation_[object.id] = truth.categories[object.category].id;
  }
  [[nodiscard]] std::int64_t of(const Instance& instance) const {
    if (instance.detected) return main_;
    const auto found = by_annotation_.find(instance.annotation_id);
    return found == by_annotation_.end() ? main_ : found->second;
  }

 private:
  std::int64_t main_;
  std::unordered_map<std::int64_t, std::int64_t> by_annotation_;
};

CocoResults as_results(const std::vector<ResultRow>& rows, const CocoTruth& truth) {
  CocoResults results;
  results.name = "predictions";
  for (const auto& row : rows) {
    const auto image = truth.image(row.image_id);
    const auto category = truth.category(row.category_id);
    if (!image || !category) {
      throw Error(ErrorKind::data, truth.name + ": image " + std::to_string(row.image_id) + " is not in it",
                  "a prediction for it", "the annotation file of the data set");
    }
    CocoResult result{*image, *category, row.score, 0, std::nullopt};
    const auto first = results.points.size();
    const auto& points = row.prediction->keypoints;
    for (std::size_t k = 0; k < truth.keypoints; ++k) {
      results.points.insert(results.points.end(),
                            {static_cast<double>(points[3 * k]), static_cast<double>(points[3 * k + 1])});
    }
    result.area = extent_of(&results.points[first], truth.spanning);
    results.results.push_back(result);
  }
  return results;
}

}  // namespace

CocoMap::CocoMap(const MetricContext& context, const CocoMapOptions& options)
    : truth_(read_coco_truth(context.annotation_file, context.rules.points.front().keypoints)),
      options_(options),
      results_file_(context.results_file) {
  if (context.info) sigmas_ = context.info->sigmas;
  if (sigmas_.empty()) {
    const auto assumed = assume_sigmas(
        context.info ? context.info->keypoints : truth_.main_category().keypoints, truth_.keypoints);
    sigmas_ = assumed.sigmas;
    assumptions_.push_back(assumed.said);
  }
  // What is wrong with areas, boxes and sigmas is found before the first batch.
  (void)summary_of({});
}

MetricValues CocoMap::summary_of(const CocoResults& results) const {
  MetricValues values;
  const auto take = [&](const auto& names, const auto& summary) {
    for (std::size_t i = 0; i < summary.size(); ++i) values.emplace_back(names[i], summary[i]);
  };
  const OksOptions options{sigmas_, options_.use_area};
  if (options_.by_crowd) {
    take(crowd_oks_names(), evaluate_crowd_oks(truth_, results, options));
  } else {
    take(oks_names(), evaluate_oks(truth_, results, options));
  }
  return values;
}

MetricValues CocoMap::evaluate(const std::vector<Instance>& instances,
                               const std::vector<Prediction>& predictions, const DatasetInfo&) const {
  const Categories categories(truth_);
  std::map<std::int64_t, ImageResults> images;
  std::vector<bool> seen(instances.size(), false);
  for (const auto& prediction : predictions) {
    if (prediction.instance >= instances.size() || seen[prediction.instance]) continue;
    seen[prediction.instance] = true;
    const auto& instance = instances[prediction.instance];
    if (prediction.keypoints.size() != 3 * truth_.keypoints) {
      throw Error(ErrorKind::config, "mAP: the network's keypoints are not those of " + truth_.name,
                  std::to_string(prediction.keypoints.size() / 3), std::to_string(truth_.keypoints));
    }
    check_numbers(instance, prediction);
    const double score =
        pose_score(options_.score, instance.bbox_score, prediction.keypoints, options_.vis_thr);
    images[instance.image_id].add({instance.image_id, categories.of(instance), &prediction, score});
  }
  std::vector<ResultRow> rows;
  for (const auto& [id, image] : images) image.keep(options_, sigmas_, rows);
  if (!results_file_.empty()) write_coco_results(results_file_, rows);
  return summary_of(as_results(rows, truth_));
}

std::vector<std::string> CocoMap::lines(const MetricValues& values) const {
  const auto numbers = [&](auto summary) {
    for (std::size_t i = 0; i < std::min(values.size(), summary.size()); ++i) summary[i] = values[i].second;
    return summary;
  };
  return options_.by_crowd ? crowd_oks_lines(numbers(CrowdSummary{})) : oks_lines(numbers(OksSummary{}));
}

}  // namespace ph
