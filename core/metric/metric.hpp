#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/node.hpp"
#include "data/dataset_info.hpp"
#include "data/dataset_rules.hpp"
#include "data/instance.hpp"

namespace ph {

class PluginCatalog;

/// Names and values in the order to be shown: {"PCK", 0.95}.
using MetricValues = std::vector<std::pair<std::string, double>>;

/// A figure computed from all predictions of a data set. Immutable; any thread.
class Metric {
 public:
  virtual ~Metric() = default;
  /// `predictions[i].instance` indexes `instances`; instances without a prediction count as wrong.
  [[nodiscard]] virtual MetricValues evaluate(const std::vector<Instance>& instances,
                                              const std::vector<Prediction>& predictions,
                                              const DatasetInfo& info) const = 0;
  /// The same for each keypoint, NaN where it is labelled nowhere; empty for metrics of whole objects.
  [[nodiscard]] virtual std::vector<double> by_keypoint(const std::vector<Instance>&,
                                                        const std::vector<Prediction>&) const {
    return {};
  }
  /// Lines that show `values` of evaluate() better than names and numbers; empty: there are none.
  [[nodiscard]] virtual std::vector<std::string> lines(const MetricValues& /*values*/) const { return {}; }
  /// What had to be assumed, a sentence each, to be shown once.
  [[nodiscard]] virtual std::vector<std::string> assumptions() const { return {}; }
};

/// How versions of mmpose differ in PCKh of MPII; see data/compat.hpp.
struct PckhRules {
  bool inclusive = true;           ///< a point exactly at the threshold is right
  bool tenth_is_eleventh = false;  ///< "PCKh@0.1" is taken at 0.11
};

/// How mAP makes results of predictions; the defaults are mmpose 0.29's, in a data set's `data_cfg`.
struct ResultRules {
  bool use_nms = true, soft_nms = false;
  double oks_thr = 0.9;              ///< of NMS
  double vis_thr = 0.2;              ///< keypoints with a lower score do not count in the score of an object
  bool nms_second_mask_only = true;  ///< see OksNmsOptions
};

/// What metrics have to know of the data set they are for.
struct MetricContext {
  std::filesystem::path annotation_file;  ///< that mAP compares with; empty: there is none, and no mAP
  std::filesystem::path results_file;     ///< that mAP writes; empty: nowhere
  const DatasetInfo* info = nullptr;      ///< null: not known
  bool detected_boxes = false;            ///< instances are a detector's boxes: only mAP can be computed
  ResultRules results;
  PckhRules pckh;
  DatasetRules rules;  ///< of the data set's type
  const PluginCatalog* plugins =
      nullptr;  ///< where metrics that are not the host's are looked for; null: nowhere
};

/// Makes metrics from config key `evaluation`: `metric` is a name or a list of PCK, PCK@<threshold>, PCKh,
/// AUC, EPE, NME, mAP, or what a plugin has, by its name or as {"type": name, arguments}; or missing for what the data set's type has; their arguments (`pck_thr`, `pckh_thr`, `auc_nor`, `norm_item`, `keypoint_indices`,
/// `score_mode`, `nms_mode`, …) are read from `evaluation` too. Reads the annotation file for mAP. Throws
/// Error(config), Error(data).
[[nodiscard]] std::vector<std::shared_ptr<const Metric>> make_metrics(const Node& evaluation,
                                                                      const MetricContext& context = {});

/// Only what make_metrics() can find without the data set: names and arguments. Throws Error(config).
void check_metrics(const Node& evaluation, const PluginCatalog* plugins = nullptr);

}  // namespace ph
