#include "metric/keypoint_metrics.hpp"

#include "metric/keypoint_errors.hpp"

namespace ph {
namespace {

using Instances = std::vector<Instance>;
using Predictions = std::vector<Prediction>;

constexpr int auc_steps = 20;

}  // namespace

MetricValues Pck::evaluate(const Instances& instances, const Predictions& predictions,
                           const DatasetInfo&) const {
  return {{name_, KeypointErrors(instances, predictions).pck_of_box({threshold_}).front()}};
}

std::vector<double> Pck::by_keypoint(const Instances& instances, const Predictions& predictions) const {
  const KeypointErrors errors(instances, predictions);
  return errors.pck_by_keypoint(threshold_, errors.box_sides());
}

MetricValues Auc::evaluate(const Instances& instances, const Predictions& predictions,
                           const DatasetInfo&) const {
  std::vector<double> thresholds;
  for (int i = 0; i < auc_steps; ++i) thresholds.push_back(static_cast<double>(i) / auc_steps);
  double area = 0;
  for (const double share : KeypointErrors(instances, predictions).pck_of_pixels(thresholds, norm_)) {
    area += share / auc_steps;
  }
  return {{"AUC", area}};
}

std::vector<double> Auc::by_keypoint(const Instances& instances, const Predictions& predictions) const {
  const KeypointErrors errors(instances, predictions);
  const std::vector<double> norms(instances.size(), norm_);
  std::vector<double> areas(errors.keypoints(), 0);
  for (int i = 0; i < auc_steps; ++i) {
    const auto shares = errors.pck_by_keypoint(static_cast<double>(i) / auc_steps, norms);
    for (std::size_t k = 0; k < areas.size(); ++k) areas[k] += shares[k] / auc_steps;
  }
  return areas;
}

MetricValues Epe::evaluate(const Instances& instances, const Predictions& predictions,
                           const DatasetInfo&) const {
  return {{"EPE", KeypointErrors(instances, predictions).mean_distance()}};
}

std::vector<double> Epe::by_keypoint(const Instances& instances, const Predictions& predictions) const {
  return KeypointErrors(instances, predictions)
      .mean_distance_by_keypoint(std::vector<double>(instances.size(), 1));
}

MetricValues Nme::evaluate(const Instances& instances, const Predictions& predictions,
                           const DatasetInfo&) const {
  return {{"NME", KeypointErrors(instances, predictions).mean_distance(norms_of(instances, normaliser_))}};
}

std::vector<double> Nme::by_keypoint(const Instances& instances, const Predictions& predictions) const {
  return KeypointErrors(instances, predictions).mean_distance_by_keypoint(norms_of(instances, normaliser_));
}

}  // namespace ph
