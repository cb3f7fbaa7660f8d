#pragma once
#include <string>

#include "metric/metric.hpp"

namespace ph {

/// Share of correct keypoints: nearer than `threshold` times the longer side of the box.
class Pck final : public Metric {
 public:
  /// `name` is the key of the result: "PCK", "PCK@0.05".
  Pck(std::string name, double threshold) : name_(std::move(name)), threshold_(threshold) {}
  std::vector<std::pair<std::string, double>> evaluate(const std::vector<Instance>& instances,
                                                       const std::vector<Prediction>& predictions,
                                                       const DatasetInfo& info) const override;

 private:
  std::string name_;
  double threshold_;
};

/// Area under the curve of PCK over distances from 0 to `norm` pixels: the mean at i/20 of it, i = 0 … 19.
class Auc final : public Metric {
 public:
  explicit Auc(double norm) : norm_(norm) {}
  std::vector<std::pair<std::string, double>> evaluate(const std::vector<Instance>& instances,
                                                       const std::vector<Prediction>& predictions,
                                                       const DatasetInfo& info) const override;

 private:
  double norm_;
};

/// Mean distance in pixels ("end-point error").
class Epe final : public Metric {
 public:
  std::vector<std::pair<std::string, double>> evaluate(const std::vector<Instance>& instances,
                                                       const std::vector<Prediction>& predictions,
                                                       const DatasetInfo& info) const override;
};

}  // namespace ph
