#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "metric/metric.hpp"

namespace ph {

/// What `posehost evaluate` was asked for.
struct EvaluateFiles {
  std::filesystem::path truth, results;     ///< COCO annotation file, COCO result list
  std::vector<std::string> metrics{"mAP"};  ///< as in a config's evaluation.metric
  std::string sigmas;                       ///< "0.1,0.2,…", a file, or empty: see choose_sigmas()
  /// false: 0.53 of the box's area instead of the annotation's; nothing: as `dataset` has it, else true
  std::optional<bool> use_area;
  bool skip_unknown = false;  ///< leave out results of unknown images and categories
  std::string dataset;        ///< rules known by name: "mpii", "wflw", "crowdpose", …; may be empty
  std::string norm;           ///< NME's normaliser, see parse_normaliser(); may be empty
  std::optional<double> pck_thr, pckh_thr, auc_nor;
  PckhRules pckh;
};

struct KeypointTable {
  std::string metric;
  std::vector<double> values;  ///< K; NaN where a keypoint is labelled nowhere
};

struct EvaluatedFiles {
  MetricValues values;
  std::vector<std::string> lines;      ///< mAP as mmpose prints it
  std::vector<std::string> notes;      ///< what was assumed or left out, a sentence each
  std::vector<std::string> keypoints;  ///< names, or numbers where the file has none
  std::vector<KeypointTable> tables;   ///< of all metrics of keypoints
  double read_s = 0, compute_s = 0;    ///< seconds
};

/// Reads both files and computes the metrics. Results are taken as they are: no scoring, no NMS. Throws Error
/// (usage, config, data).
[[nodiscard]] EvaluatedFiles evaluate_files(const EvaluateFiles& asked);

/// Sigmas for `count` keypoints: of `given` ("0.1,0.2,…", or a JSON file: a list, or an object with "sigmas"
/// such as a dataset_info), else `of_file` (the category's), else COCO's for 17. Throws Error(usage) when none
/// of these is there or the count differs.
struct ChosenSigmas {
  std::vector<double> sigmas;
  std::string assumption;  ///< empty when nothing had to be assumed
};
[[nodiscard]] ChosenSigmas choose_sigmas(const std::string& given, const std::vector<double>& of_file,
                                         const std::vector<std::string>& keypoints, std::size_t count);

}  // namespace ph
