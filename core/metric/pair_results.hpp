#pragma once
#include <vector>

#include "data/instance.hpp"
#include "metric/coco_results.hpp"
#include "metric/coco_truth.hpp"

namespace ph {

/// Annotations, and to each the result that answers it: what PCK, AUC, EPE, NME and PCKh compare.
struct PairedResults {
  std::vector<Instance> instances;
  std::vector<Prediction> predictions;
  std::size_t by_id = 0;       ///< paired by the result's "annotation_id"
  std::size_t by_place = 0;    ///< paired by where they are
  std::size_t unanswered = 0;  ///< instances without a result; they count as wrong
};

/// Instances are the objects with a labelled point that are no crowds. A result with an "annotation_id"
/// belongs to that; of the others, within an image and category, the closest pairs first, by the mean distance
/// of labelled points over the longer side of the box (the best 100 results of an image take part). Throws
/// Error(data): an object without a box or with an empty one, an annotation_id that does not exist, that is
/// of another image or that two results have, nothing labelled in the whole file.
[[nodiscard]] PairedResults pair_results(const CocoTruth& truth, const CocoResults& results);

}  // namespace ph
