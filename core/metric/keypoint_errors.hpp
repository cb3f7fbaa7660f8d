#pragma once
#include <cstddef>
#include <vector>

#include "data/instance.hpp"

namespace ph {

/// Distances between predictions and annotations, from which PCK, AUC and EPE are computed as mmpose's
/// keypoint_pck_accuracy, keypoint_auc and keypoint_epe do. Any thread.
class KeypointErrors {
 public:
  /// Points that are not labelled count nowhere. Of several predictions for an instance the first
  /// counts; an instance without one, or with too few points, counts as wrong.
  KeypointErrors(const std::vector<Instance>& instances, const std::vector<Prediction>& predictions);

  /// For each threshold, the share of labelled points whose distance over the longer side of the box is
  /// below it, averaged over the keypoints that are labelled anywhere. Boxes of no size are left out.
  [[nodiscard]] std::vector<double> pck_of_box(const std::vector<double>& thresholds) const;
  /// The same with distances over `norm` pixels.
  [[nodiscard]] std::vector<double> pck_of_pixels(const std::vector<double>& thresholds, double norm) const;
  /// Mean distance in pixels of all labelled points, 0 if there are none; a missing prediction counts
  /// as the longer side of the box.
  [[nodiscard]] double mean_distance() const;

 private:
  [[nodiscard]] std::vector<double> pck(const std::vector<double>& thresholds,
                                        const std::vector<double>& norms) const;
  std::size_t instances_ = 0, keypoints_ = 0;
  std::vector<float> dx_, dy_;     ///< instance by keypoint, pixels; infinite without a prediction
  std::vector<bool> labelled_;     ///< instance by keypoint
  std::vector<double> box_sides_;  ///< by instance, the longer one
};

}  // namespace ph
