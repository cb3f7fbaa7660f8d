#include "metric/keypoint_metrics.hpp"

#include "metric/keypoint_errors.hpp"

namespace ph {

std::vector<std::pair<std::string, double>> Pck::evaluate(const std::vector<Instance>& instances,
                                                          const std::vector<Prediction>& predictions,
                                                          const DatasetInfo&) const {
  return {{name_, KeypointErrors(instances, predictions).pck_of_box({threshold_}).front()}};
}

std::vector<std::pair<std::string, double>> Auc::evaluate(const std::vector<Instance>& instances,
                                                          const std::vector<Prediction>& predictions,
                                                          const DatasetInfo&) const {
  constexpr int steps = 20;
  std::vector<double> thresholds;
  for (int i = 0; i < steps; ++i) thresholds.push_back(static_cast<double>(i) / steps);
  double area = 0;
  for (const double share : KeypointErrors(instances, predictions).pck_of_pixels(thresholds, norm_)) {
    area += share / steps;
  }
  return {{"AUC", area}};
}

std::vector<std::pair<std::string, double>> Epe::evaluate(const std::vector<Instance>& instances,
                                                          const std::vector<Prediction>& predictions,
                                                          const DatasetInfo&) const {
  return {{"EPE", KeypointErrors(instances, predictions).mean_distance()}};
}

}  // namespace ph
