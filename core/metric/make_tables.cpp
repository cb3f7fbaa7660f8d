#include "metric/make_tables.hpp"

#include <algorithm>

#include "metric/keypoint_metrics.hpp"

namespace ph {

std::vector<KeypointTable> make_tables(const std::vector<std::shared_ptr<const Metric>>& metrics,
                                       const std::vector<Instance>& instances,
                                       const std::vector<Prediction>& predictions, const DatasetInfo& info) {
  std::vector<KeypointTable> tables;
  if (std::any_of(instances.begin(), instances.end(), [](const Instance& one) { return one.detected; }))
    return tables;
  const auto add = [&](const Metric& metric) {
    auto values = metric.by_keypoint(instances, predictions);
    if (values.empty()) return;
    const auto whole = metric.evaluate(instances, predictions, info);
    tables.push_back({whole.empty() ? "" : whole.front().first, std::move(values)});
  };
  for (const auto& metric : metrics) add(*metric);
  if (!tables.empty()) return tables;
  constexpr double usual_threshold = 0.2;
  add(Pck("PCK", usual_threshold));
  add(Epe());
  return tables;
}

}  // namespace ph
