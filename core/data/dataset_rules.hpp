#pragma once
#include <map>
#include <string>
#include <vector>

namespace ph {

/// How boxes come out of a COCO file.
enum class BoxRule {
  cut,           ///< "bbox", cut to the image as the version's rule says
  raw,           ///< "bbox" as it is; cut in 1.x
  center_scale,  ///< the square around "center" whose side is 200 times "scale"
  image,         ///< the whole image
};

/// A set of keypoints in an annotation: the members that hold them, one after the other, and their box.
struct PointSet {
  std::vector<std::string> keypoints{"keypoints"};
  std::string bbox = "bbox";
  std::string valid;  ///< a member that says whether they are there; empty: they are
};

/// What a data set type of mmpose 0.29 that reads COCO's format does otherwise than TopDownCocoDataset.
struct DatasetRules {
  std::vector<std::string> metrics;  ///< of `evaluation` that names none
  BoxRule box = BoxRule::cut;
  std::vector<PointSet> points{{}};  ///< each becomes an instance
  bool jitter = true;                ///< 0.13 moves its centres at random, once
  bool from_one = false;             ///< pixels are counted from 1
  bool use_area = true;              ///< mAP: areas of the file, else 0.53 of the box's
  bool by_crowd = false;             ///< mAP: CrowdPose's nine numbers
};

/// By type: dataset_types.json, compiled in. Which data sets are data; one whose rule is another kind of thing has its own file.
[[nodiscard]] const std::map<std::string, DatasetRules>& dataset_rules();

}  // namespace ph
