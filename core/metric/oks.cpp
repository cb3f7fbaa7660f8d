#include "metric/oks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace ph {
namespace {

constexpr double spacing = std::numeric_limits<double>::epsilon();  // numpy's spacing(1)

}  // namespace

const std::vector<double>& coco_sigmas() {
  static const std::vector<double> sigmas = [] {
    std::vector<double> tenths{.26, .25, .25,  .35,  .35, .79, .79, .72, .72,
                               .62, .62, 1.07, 1.07, .87, .87, .89, .89};
    for (auto& sigma : tenths) sigma /= 10;
    return tenths;
  }();
  return sigmas;
}

AssumedSigmas assume_sigmas(const std::vector<std::string>& keypoints, std::size_t count) {
  const std::string advice = " (none are given); AP only compares with AP under the same assumption";
  if (count == coco_sigmas().size()) {
    const bool person =
        !keypoints.empty() && keypoints.front() == "nose" && keypoints.back() == "right_ankle";
    return {coco_sigmas(), std::string("OKS sigmas are those of COCO's 17 keypoints of a person") +
                               (person ? "" : ", which these are not by their names") + advice};
  }
  const double sigma = 1 / static_cast<double>(std::max<std::size_t>(count, 1));
  char text[40];
  std::snprintf(text, sizeof text, "OKS sigmas are 1/%zu = %.4f", count, sigma);
  return {std::vector<double>(count, sigma), std::string(text) + " for every keypoint" + advice};
}

Oks::Oks(const std::vector<double>& sigmas) {
  for (const double sigma : sigmas) variances_.push_back((sigma * 2) * (sigma * 2));
}

double Oks::of_points(const double* predicted, const double* truth, const std::uint8_t* labelled,
                      double area) const {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t k = 0; k < variances_.size(); ++k) {
    if (!labelled[k]) continue;
    const double dx = predicted[2 * k] - truth[2 * k], dy = predicted[2 * k + 1] - truth[2 * k + 1];
    sum += std::exp(-((dx * dx + dy * dy) / variances_[k] / (area + spacing) / 2));
    ++count;
  }
  return sum / static_cast<double>(count);
}

double Oks::of_box(const double* predicted, std::span<const double, 4> box, double area) const {
  double sum = 0;
  for (std::size_t k = 0; k < variances_.size(); ++k) {
    const double x = predicted[2 * k], y = predicted[2 * k + 1];
    const double dx = std::max(0.0, box[0] - x) + std::max(0.0, x - box[2]);
    const double dy = std::max(0.0, box[1] - y) + std::max(0.0, y - box[3]);
    sum += std::exp(-((dx * dx + dy * dy) / variances_[k] / (area + spacing) / 2));
  }
  return sum / static_cast<double>(variances_.size());
}

}  // namespace ph
