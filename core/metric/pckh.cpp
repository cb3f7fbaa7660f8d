#include "metric/pckh.hpp"

#include <array>
#include <cmath>

#include "config/error.hpp"
#include "metric/keypoint_errors.hpp"
#include "metric/normaliser.hpp"

namespace ph {
namespace {

constexpr std::size_t mpii_keypoints = 16;

struct Part {
  const char* name;
  std::size_t left, right;  // keypoints
};
constexpr std::array<Part, 7> parts{{{"Head", 9, 9},
                                     {"Shoulder", 13, 12},
                                     {"Elbow", 14, 11},
                                     {"Wrist", 15, 10},
                                     {"Hip", 3, 2},
                                     {"Knee", 4, 1},
                                     {"Ankle", 5, 0}}};

bool is_left_out(std::size_t keypoint) { return keypoint == 6 || keypoint == 7; }

std::vector<double> head_sizes(const std::vector<Instance>& instances) {
  return norms_of(instances, {Normaliser::Kind::head_size});
}

// The mean of those that are labelled anywhere; 0 if neither is.
double mean_of(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) ? (std::isnan(b) ? 0 : b) : a;
  return (a + b) / 2;
}

double weighted(const std::vector<double>& shares, const std::vector<std::size_t>& counts) {
  double sum = 0, weights = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    if (is_left_out(k) || counts[k] == 0) continue;
    sum += shares[k] * static_cast<double>(counts[k]);
    weights += static_cast<double>(counts[k]);
  }
  return weights > 0 ? sum / weights : 0;
}

}  // namespace

MetricValues Pckh::evaluate(const std::vector<Instance>& instances,
                            const std::vector<Prediction>& predictions, const DatasetInfo& info) const {
  const KeypointErrors errors(instances, predictions);
  const auto norms = head_sizes(instances);
  if (info.name != "mpii") return {{"PCKh", errors.pck({threshold_}, norms).front()}};
  if (errors.keypoints() != mpii_keypoints) {
    throw Error(ErrorKind::data, "PCKh by MPII's rules", std::to_string(errors.keypoints()) + " keypoints",
                "MPII's 16", "another dataset_name");
  }
  const auto shares = errors.pck_by_keypoint(mpii_threshold, norms, rules_.inclusive);
  const auto counts = errors.counts(norms);
  MetricValues values;
  for (const auto& part : parts)
    values.emplace_back(part.name, 100 * mean_of(shares[part.left], shares[part.right]));
  values.emplace_back("PCKh", 100 * weighted(shares, counts));
  const double tenth = rules_.tenth_is_eleventh ? 0.11 : 0.1;
  values.emplace_back("PCKh@0.1",
                      100 * weighted(errors.pck_by_keypoint(tenth, norms, rules_.inclusive), counts));
  return values;
}

std::vector<double> Pckh::by_keypoint(const std::vector<Instance>& instances,
                                      const std::vector<Prediction>& predictions) const {
  return KeypointErrors(instances, predictions)
      .pck_by_keypoint(threshold_, head_sizes(instances), rules_.inclusive);
}

}  // namespace ph
