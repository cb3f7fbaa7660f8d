#pragma once
#include <optional>
#include <string>

#include "metric/metric.hpp"
#include "metric/normaliser.hpp"

namespace ph {

/// Share of correct keypoints: nearer than `threshold` times the longer side of the box.
class Pck final : public Metric {
 public:
  /// `name` is the key of the result: "PCK", "PCK@0.05".
  Pck(std::string name, double threshold) : name_(std::move(name)), threshold_(threshold) {}
  MetricValues evaluate(const std::vector<Instance>& instances, const std::vector<Prediction>& predictions,
                        const DatasetInfo& info) const override;
  std::vector<double> by_keypoint(const std::vector<Instance>& instances,
                                  const std::vector<Prediction>& predictions) const override;

 private:
  std::string name_;
  double threshold_;
};

/// Area under the curve of PCK over distances from 0 to `norm` pixels: the mean at i/20 of it, i = 0 … 19.
class Auc final : public Metric {
 public:
  explicit Auc(double norm) : norm_(norm) {}
  MetricValues evaluate(const std::vector<Instance>& instances, const std::vector<Prediction>& predictions,
                        const DatasetInfo& info) const override;
  std::vector<double> by_keypoint(const std::vector<Instance>& instances,
                                  const std::vector<Prediction>& predictions) const override;

 private:
  double norm_;
};

/// Mean distance in pixels ("end-point error").
class Epe final : public Metric {
 public:
  MetricValues evaluate(const std::vector<Instance>& instances, const std::vector<Prediction>& predictions,
                        const DatasetInfo& info) const override;
  std::vector<double> by_keypoint(const std::vector<Instance>& instances,
                                  const std::vector<Prediction>& predictions) const override;
};

/// Mean distance over a normaliser ("normalised mean error"), over all labelled points alike.
class Nme final : public Metric {
 public:
  explicit Nme(Normaliser normaliser) : normaliser_(normaliser) {}
  MetricValues evaluate(const std::vector<Instance>& instances, const std::vector<Prediction>& predictions,
                        const DatasetInfo& info) const override;
  std::vector<double> by_keypoint(const std::vector<Instance>& instances,
                                  const std::vector<Prediction>& predictions) const override;

 private:
  Normaliser normaliser_;
};

}  // namespace ph
