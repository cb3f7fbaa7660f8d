#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ph {

// Object keypoint similarity (OKS): the mean over labelled keypoints of exp(-d^2 / (2 s^2 k^2)), d the
// distance in pixels, s^2 the object's area, k = 2 sigma of the keypoint. 1 is perfect.
// https://cocodataset.org/#keypoints-eval

/// The sigmas of COCO's 17 keypoints.
[[nodiscard]] const std::vector<double>& coco_sigmas();

/// Sigmas for a data set that gives none, and a sentence that says so: COCO's for 17 keypoints, else 1/K each
/// (what Ultralytics takes). AP with assumed sigmas only compares with AP under the same assumption.
struct AssumedSigmas {
  std::vector<double> sigmas;
  std::string said;
};
[[nodiscard]] AssumedSigmas assume_sigmas(const std::vector<std::string>& keypoints, std::size_t count);

/// OKS of a prediction with an annotated object, in pycocotools' order of operations.
class Oks {
 public:
  explicit Oks(const std::vector<double>& sigmas);
  /// Over the points with `labelled`, of which there is at least one. x, y alternate.
  [[nodiscard]] double of_points(const double* predicted, const double* truth, const std::uint8_t* labelled,
                                 double area) const;
  /// For an object without labelled points: by the distances of all points to its box (left, top, right,
  /// bottom), 0 within.
  [[nodiscard]] double of_box(const double* predicted, std::span<const double, 4> box, double area) const;
  [[nodiscard]] std::size_t keypoints() const noexcept { return variances_.size(); }

 private:
  std::vector<double> variances_;  ///< (2 sigma)^2
};

}  // namespace ph
