#pragma once
#include <string>
#include <vector>

#include "analyze/training_log.hpp"

namespace ph {

/// Whether less of a metric is better, by its name: losses, EPE, NME, MPJPE. The evaluation hook's rule.
[[nodiscard]] bool less_is_better(const std::string& metric);

/// The best value of a metric and the iteration of its evaluation, the first where several are equal.
struct BestMetric {
  std::string name;
  double value = 0, iter = 0;
};

/// Of everything that the validation rows of `log` hold but times, rates and memory; values that are no numbers do not count.
[[nodiscard]] std::vector<BestMetric> best_metrics(const TrainingLog& log);

}  // namespace ph
