#pragma once
#include "metric/evaluate_files.hpp"

namespace ph {

/// Tables by keypoint of those of `metrics` that have one; where none has (mAP alone), of PCK and EPE. None for a
/// detector's boxes, which say nothing about the truth.
[[nodiscard]] std::vector<KeypointTable> make_tables(
    const std::vector<std::shared_ptr<const Metric>>& metrics, const std::vector<Instance>& instances,
    const std::vector<Prediction>& predictions, const DatasetInfo& info);

}  // namespace ph
