#include "analyze/best_value.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

namespace ph {

bool less_is_better(const std::string& metric) {
  auto name = metric;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* part : {"loss", "epe", "nme", "mpjpe"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

std::vector<BestMetric> best_metrics(const TrainingLog& log) {
  static const std::set<std::string> no_metrics{"lr",     "momentum",      "time", "data_time",
                                                "memory", "samples_per_s", "eta",  "grad_norm"};
  std::vector<BestMetric> all;
  for (const auto& name : log.names(false)) {
    if (no_metrics.contains(name)) continue;
    const bool less = less_is_better(name);
    BestMetric best{name, NAN, 0};
    for (const auto& point : log.series("val/" + name)) {
      if (!std::isfinite(point.value)) continue;
      const bool better =
          std::isnan(best.value) || (less ? point.value < best.value : point.value > best.value);
      if (better) best = {name, point.value, point.iter};
    }
    if (!std::isnan(best.value)) all.push_back(best);
  }
  return all;
}

}  // namespace ph
