// SPDX-License-Identifier: MIT
// The median distance of labelled keypoints from where they were found, in pixels, or in diagonals of the box.
#include <posehost/metric.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

class MedianError final : public ph::PoseMetric {
 public:
  static constexpr auto info = ph::component("MedianError", "median distance of keypoints");
  static constexpr auto args =
      ph::args(ph::arg<bool>("relative", false, "in diagonals of the box, not in pixels"));

  explicit MedianError(const ph::Config& config) : relative_{config.get<bool>("relative")} {}

  void evaluate(const ph::Judged& judged) const override {
    std::vector<double> distances;
    for (std::int64_t i = 0; i < judged.size(); ++i) {
      const double* box = judged.bbox(i);
      const double unit = relative_ ? std::hypot(box[2], box[3]) : 1;
      for (std::int64_t k = 0; k < judged.keypoints(); ++k) {
        const float *found = judged.predicted(i, k), *truth = judged.truth(i, k);
        if (!judged.labelled(i, k) || std::isnan(found[0])) continue;
        const float x = found[0] - truth[0], y = found[1] - truth[1];
        distances.push_back(static_cast<double>(std::hypot(x, y)) / unit);
      }
    }
    const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
    if (!distances.empty()) std::nth_element(distances.begin(), middle, distances.end());
    judged.report("MedianError", distances.empty() ? std::nan("") : *middle);
  }

 private:
  bool relative_;
};

}  // namespace

POSEHOST_COMPONENT(MedianError);
POSEHOST_PLUGIN("org.example.metrics", "1.0.0", "MIT", "", MedianError);
