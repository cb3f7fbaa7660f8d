#pragma once
#include <cstddef>
#include <vector>

#include "data/instance.hpp"

namespace ph {

/// Distances between predictions and annotations, from which PCK, AUC, EPE and NME are computed as mmpose's
/// keypoint_pck_accuracy, keypoint_auc, keypoint_epe and keypoint_nme do. A normaliser is a number per
/// instance that distances are divided by; instances where it is 0 are left out. Any thread.
class KeypointErrors {
 public:
  /// Points that are not labelled count nowhere. Of several predictions for an instance the first
  /// counts; an instance without one, or with too few points, counts as wrong.
  KeypointErrors(const std::vector<Instance>& instances, const std::vector<Prediction>& predictions);

  /// The longer side of each box, PCK's normaliser.
  [[nodiscard]] const std::vector<double>& box_sides() const noexcept { return box_sides_; }
  [[nodiscard]] std::size_t keypoints() const noexcept { return keypoints_; }

  /// For each threshold, the share of labelled points whose distance over the normaliser is below it,
  /// averaged over the keypoints that are labelled anywhere; 0 if none is.
  [[nodiscard]] std::vector<double> pck(const std::vector<double>& thresholds,
                                        const std::vector<double>& norms) const;
  [[nodiscard]] std::vector<double> pck_of_box(const std::vector<double>& thresholds) const;
  /// The same with distances over `norm` pixels.
  [[nodiscard]] std::vector<double> pck_of_pixels(const std::vector<double>& thresholds, double norm) const;
  /// The share for each keypoint; NaN where it is labelled nowhere. `inclusive`: a point at the threshold
  /// is right.
  [[nodiscard]] std::vector<double> pck_by_keypoint(double threshold, const std::vector<double>& norms,
                                                    bool inclusive = false) const;
  /// How often each keypoint is labelled where the normaliser is not 0.
  [[nodiscard]] std::vector<std::size_t> counts(const std::vector<double>& norms) const;

  /// Mean distance in pixels of all labelled points, 0 if there are none; a missing prediction counts
  /// as the longer side of the box.
  [[nodiscard]] double mean_distance() const;
  /// Mean of distance over normaliser, likewise.
  [[nodiscard]] double mean_distance(const std::vector<double>& norms) const;
  /// The same for each keypoint; NaN where it is labelled nowhere.
  [[nodiscard]] std::vector<double> mean_distance_by_keypoint(const std::vector<double>& norms) const;

 private:
  struct Sum {
    double distance = 0;
    std::size_t count = 0;
  };
  [[nodiscard]] std::vector<float> distances(std::size_t keypoint, const std::vector<double>& norms) const;
  [[nodiscard]] Sum sum(std::size_t keypoint, const std::vector<double>& norms) const;
  std::size_t instances_ = 0, keypoints_ = 0;
  std::vector<float> dx_, dy_;     ///< instance by keypoint, pixels; infinite without a prediction
  std::vector<bool> labelled_;     ///< instance by keypoint
  std::vector<double> box_sides_;  ///< by instance, the longer one
};

}  // namespace ph
