#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset_info.hpp"
#include "data/instance.hpp"
#include "report/sample_view.hpp"

namespace ph {

/// How well a keypoint is found.
struct KeypointRow {
  std::string name;
  std::size_t labelled = 0;
  double mean = 0, median = 0, p95 = 0;  ///< distance in pixels
  double pck = 0;                        ///< share within `pck_thr` of the longer side of the box
};

/// An instance and its prediction.
struct SampleResult {
  std::size_t instance = 0, prediction = 0;  ///< indices
  double error = 0;  ///< mean distance of labelled points over the longer side of the box
};

/// Predictions beside annotations, as a report shows them.
struct ReportResults {
  std::string source;  ///< "best_EPE_epoch_40.safetensors, evaluated for this report"
  std::vector<std::pair<std::string, double>> metrics;
  double pck_thr = 0.05;
  std::vector<KeypointRow> keypoints;
  std::vector<SampleView> best, worst;
};

/// One row a keypoint that is labelled anywhere.
[[nodiscard]] std::vector<KeypointRow> keypoint_rows(const std::vector<Instance>& instances,
                                                     const std::vector<Prediction>& predictions,
                                                     const DatasetInfo& info, double pck_thr);

/// Instances with a labelled point and a prediction, the best first; equal ones by their number.
[[nodiscard]] std::vector<SampleResult> rank_samples(const std::vector<Instance>& instances,
                                                     const std::vector<Prediction>& predictions);

/// An instance with its prediction, ready but for the picture: the part shown is a square around the box and what was predicted.
[[nodiscard]] SampleView sample_view(const Instance& instance, const Prediction& prediction,
                                     const DatasetInfo& info, double error);

/// The picture file as it is, as a layer; nothing when it is missing, larger than 8 MB or of a kind that browsers do not show (TIFF).
[[nodiscard]] std::optional<SampleView::Layer> file_layer(const Instance& instance);

}  // namespace ph
