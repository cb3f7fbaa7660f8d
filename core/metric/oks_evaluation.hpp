#pragma once
#include <array>
#include <string>
#include <vector>

#include "metric/coco_results.hpp"
#include "metric/coco_truth.hpp"

namespace ph {

struct OksOptions {
  std::vector<double> sigmas;  ///< K
  /// False for data sets without areas (CrowdPose): 0.53 of the box's instead.
  bool use_area = true;
};

/// AP, AP .5, AP .75, AP (M), AP (L), AR, AR .5, AR .75, AR (M), AR (L); -1 where there is nothing to find.
using OksSummary = std::array<double, 10>;

/// COCO's keypoint evaluation, the numbers of pycocotools 2.0.11: OKS thresholds .50:.05:.95, the best 20
/// results of an image, 101 recall points, categories averaged; crowds and objects without labelled points
/// are not asked for, and results that match them (or lie in the doubled box of the latter) do not count.
/// One difference: an annotation with id 0 can be matched; pycocotools counts what matches it as wrong.
/// Throws Error(data): sigmas that do not fit, an object without area, box or with an empty one where
/// they are needed.
[[nodiscard]] OksSummary evaluate_oks(const CocoTruth& truth, const CocoResults& results,
                                      const OksOptions& options);

/// AP, AP .5, AP .75, AR, AR .5, AR .75, and AP of images that are easy, medium and hard by how crowded they are.
using CrowdSummary = std::array<double, 9>;

/// CrowdPose's evaluation, the numbers of xtcocotools 1.14.3's "keypoints_crowd": COCO's, where "num_keypoints" of an annotation says
/// whether it is asked for, and AP three times more by the images' "crowdIndex": below 0.2, below 0.8, the others. (xtcocotools
/// rounds these three to four places.) Throws as evaluate_oks(), and for an image without a crowd index.
[[nodiscard]] CrowdSummary evaluate_crowd_oks(const CocoTruth& truth, const CocoResults& results,
                                              const OksOptions& options);
[[nodiscard]] const std::array<std::string, 9>& crowd_oks_names();
[[nodiscard]] std::vector<std::string> crowd_oks_lines(const CrowdSummary& summary);

/// Names of the ten numbers, as mmpose's logs have them.
[[nodiscard]] const std::array<std::string, 10>& oks_names();
/// The ten lines that mmpose prints.
[[nodiscard]] std::vector<std::string> oks_lines(const OksSummary& summary);

}  // namespace ph
