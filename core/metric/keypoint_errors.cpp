#include "metric/keypoint_errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ph {

KeypointErrors::KeypointErrors(const std::vector<Instance>& instances,
                               const std::vector<Prediction>& predictions)
    : instances_(instances.size()) {
  for (const auto& instance : instances) keypoints_ = std::max(keypoints_, instance.visible.size());
  const auto size = instances_ * keypoints_;
  dx_.assign(size, std::numeric_limits<float>::infinity());
  dy_.assign(size, std::numeric_limits<float>::infinity());
  labelled_.assign(size, false);
  for (std::size_t i = 0; i < instances_; ++i) {
    box_sides_.push_back(std::max(instances[i].bbox[2], instances[i].bbox[3]));
    for (std::size_t k = 0; k < instances[i].visible.size(); ++k) {
      labelled_[i * keypoints_ + k] = instances[i].visible[k] > 0;
    }
  }
  std::vector<bool> seen(instances_, false);
  for (const auto& prediction : predictions) {
    const auto i = prediction.instance;
    if (i >= instances_ || seen[i]) continue;
    seen[i] = true;
    const auto& joints = instances[i].joints;
    const auto points = std::min(prediction.keypoints.size() / 3, joints.size() / 2);
    for (std::size_t k = 0; k < std::min(points, keypoints_); ++k) {
      dx_[i * keypoints_ + k] = prediction.keypoints[3 * k] - joints[2 * k];
      dy_[i * keypoints_ + k] = prediction.keypoints[3 * k + 1] - joints[2 * k + 1];
    }
  }
}

// Divided in double and compared in single precision, as numpy does it for mmpose.
std::vector<float> KeypointErrors::distances(std::size_t keypoint, const std::vector<double>& norms) const {
  std::vector<float> all;
  for (std::size_t i = 0; i < instances_; ++i) {
    const auto at = i * keypoints_ + keypoint;
    if (!labelled_[at] || norms[i] == 0) continue;
    const double norm = norms[i] > 0 ? norms[i] : 1e6;
    const double x = static_cast<double>(dx_[at]) / norm, y = static_cast<double>(dy_[at]) / norm;
    all.push_back(static_cast<float>(std::sqrt(x * x + y * y)));
  }
  return all;
}

std::vector<double> KeypointErrors::pck(const std::vector<double>& thresholds,
                                        const std::vector<double>& norms) const {
  std::vector<double> sums(thresholds.size(), 0);
  std::size_t keypoints_counted = 0;
  for (std::size_t k = 0; k < keypoints_; ++k) {
    const auto all = distances(k, norms);
    if (all.empty()) continue;
    ++keypoints_counted;
    for (std::size_t t = 0; t < thresholds.size(); ++t) {
      const auto below = static_cast<float>(thresholds[t]);
      const auto hits = std::count_if(all.begin(), all.end(), [&](float d) { return d < below; });
      sums[t] += static_cast<double>(hits) / static_cast<double>(all.size());
    }
  }
  for (auto& sum : sums) sum = keypoints_counted ? sum / static_cast<double>(keypoints_counted) : 0;
  return sums;
}

std::vector<double> KeypointErrors::pck_of_box(const std::vector<double>& thresholds) const {
  return pck(thresholds, box_sides_);
}

std::vector<double> KeypointErrors::pck_of_pixels(const std::vector<double>& thresholds, double norm) const {
  return pck(thresholds, std::vector<double>(instances_, norm));
}

std::vector<double> KeypointErrors::pck_by_keypoint(double threshold, const std::vector<double>& norms,
                                                    bool inclusive) const {
  const auto limit = static_cast<float>(threshold);
  std::vector<double> shares;
  for (std::size_t k = 0; k < keypoints_; ++k) {
    const auto all = distances(k, norms);
    const auto hits =
        std::count_if(all.begin(), all.end(), [&](float d) { return inclusive ? d <= limit : d < limit; });
    shares.push_back(all.empty() ? std::numeric_limits<double>::quiet_NaN()
                                 : static_cast<double>(hits) / static_cast<double>(all.size()));
  }
  return shares;
}

std::vector<std::size_t> KeypointErrors::counts(const std::vector<double>& norms) const {
  std::vector<std::size_t> all;
  for (std::size_t k = 0; k < keypoints_; ++k) all.push_back(distances(k, norms).size());
  return all;
}

KeypointErrors::Sum KeypointErrors::sum(std::size_t keypoint, const std::vector<double>& norms) const {
  Sum sum;
  for (std::size_t i = 0; i < instances_; ++i) {
    const auto at = i * keypoints_ + keypoint;
    if (!labelled_[at] || norms[i] == 0) continue;
    const auto x = static_cast<double>(dx_[at]), y = static_cast<double>(dy_[at]);
    sum.distance += (std::isinf(dx_[at]) ? box_sides_[i] : std::sqrt(x * x + y * y)) / norms[i];
    ++sum.count;
  }
  return sum;
}

double KeypointErrors::mean_distance() const { return mean_distance(std::vector<double>(instances_, 1)); }

double KeypointErrors::mean_distance(const std::vector<double>& norms) const {
  Sum all;
  for (std::size_t k = 0; k < keypoints_; ++k) {
    const auto one = sum(k, norms);
    all.distance += one.distance;
    all.count += one.count;
  }
  return all.count ? all.distance / static_cast<double>(all.count) : 0;
}

std::vector<double> KeypointErrors::mean_distance_by_keypoint(const std::vector<double>& norms) const {
  std::vector<double> means;
  for (std::size_t k = 0; k < keypoints_; ++k) {
    const auto one = sum(k, norms);
    means.push_back(one.count ? one.distance / static_cast<double>(one.count)
                              : std::numeric_limits<double>::quiet_NaN());
  }
  return means;
}

}  // namespace ph
