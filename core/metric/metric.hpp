#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/node.hpp"
#include "data/dataset_info.hpp"
#include "data/instance.hpp"

namespace ph {

/// A figure computed from all predictions of a data set.
class Metric {
 public:
  virtual ~Metric() = default;
  /// Names and values in the order to be shown: {"PCK", 0.95}. `predictions[i].instance` indexes
  /// `instances`; instances without a prediction count as wrong.
  [[nodiscard]] virtual std::vector<std::pair<std::string, double>> evaluate(
      const std::vector<Instance>& instances, const std::vector<Prediction>& predictions,
      const DatasetInfo& info) const = 0;
};

/// Makes metrics from config key `evaluation`: `metric` is a name or a list of "PCK", "AUC", "EPE"
/// (mAP and others are named in the error as not there yet); `pck_thr`, `auc_nor` and `thr_norm`
/// style arguments are read from `evaluation` too. Throws Error(config).
[[nodiscard]] std::vector<std::shared_ptr<const Metric>> make_metrics(const Node& evaluation);

}  // namespace ph
