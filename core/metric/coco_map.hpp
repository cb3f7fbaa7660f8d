#pragma once
#include "metric/coco_results.hpp"
#include "metric/coco_truth.hpp"
#include "metric/metric.hpp"
#include "metric/oks_nms.hpp"
#include "metric/pose_score.hpp"

namespace ph {

enum class NmsMode { none, oks_nms, soft_oks_nms };

struct CocoMapOptions {
  ScoreMode score = ScoreMode::bbox_keypoint;
  NmsMode nms = NmsMode::oks_nms;
  double oks_thr = 0.9, vis_thr = 0.2;
  bool use_area = true;
  bool by_crowd = false;             ///< CrowdPose's nine numbers, see evaluate_crowd_oks()
  bool nms_second_mask_only = true;  ///< see OksNmsOptions
};

/// "mAP": predictions are scored, thinned out by NMS in each image, written as a COCO result list, and compared
/// with all annotations of the file, crowds and objects without points included; AP, AP .5 … AR (L), or CrowdPose's nine.
/// As mmpose 0.29's TopDownCocoDataset.evaluate.
class CocoMap final : public Metric {
 public:
  /// Reads context.annotation_file. Sigmas are dataset_info's; else assumed, which assumptions() says.
  CocoMap(const MetricContext& context, const CocoMapOptions& options);
  /// Throws Error(nan) when a prediction is no number, Error(environment) when the file cannot be written.
  MetricValues evaluate(const std::vector<Instance>& instances, const std::vector<Prediction>& predictions,
                        const DatasetInfo& info) const override;
  std::vector<std::string> lines(const MetricValues& values) const override;
  std::vector<std::string> assumptions() const override { return assumptions_; }

 private:
  [[nodiscard]] MetricValues summary_of(const CocoResults& results) const;
  CocoTruth truth_;
  CocoMapOptions options_;
  std::filesystem::path results_file_;
  std::vector<double> sigmas_;
  std::vector<std::string> assumptions_;
};

}  // namespace ph
