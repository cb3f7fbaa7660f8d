#pragma once
#include "metric/metric.hpp"

namespace ph {

/// PCKh: PCK with distances over the size of the head ("head_size" of the annotation, pixels).
///
/// For data set "mpii" (16 keypoints in MPII's order; head_size is 0.6 of the head box's diagonal) the table
/// of mmpose's TopDownMpiiDataset, in percent: Head, Shoulder, Elbow, Wrist, Hip, Knee, Ankle, PCKh and
/// PCKh@0.1, at 0.5; the last two weigh keypoints by how often they are labelled and leave out pelvis and
/// thorax (6 and 7). For others one number, "PCKh", a share.
class Pckh final : public Metric {
 public:
  static constexpr double mpii_threshold = 0.5;
  Pckh(double threshold, const PckhRules& rules) : threshold_(threshold), rules_(rules) {}
  MetricValues evaluate(const std::vector<Instance>& instances, const std::vector<Prediction>& predictions,
                        const DatasetInfo& info) const override;
  std::vector<double> by_keypoint(const std::vector<Instance>& instances,
                                  const std::vector<Prediction>& predictions) const override;

 private:
  double threshold_;  ///< MPII's table has its own
  PckhRules rules_;
};

}  // namespace ph
