#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ph {

/// What the keypoints of a data set mean. From the config's `dataset_info`, else from the annotation
/// file's category with what had to be assumed written down.
struct DatasetInfo {
  std::string name;
  std::vector<std::string> keypoints;           ///< K names
  std::vector<std::pair<int, int>> flip_pairs;  ///< mirrored keypoints, each pair once
  std::vector<double> sigmas;                   ///< K, COCO's OKS constants; empty when unknown
  std::vector<double> joint_weights;            ///< K, all 1 unless given
  std::vector<int> upper_body, lower_body;      ///< for TopDownHalfBodyTransform
  std::vector<std::pair<int, int>> skeleton;    ///< for pictures only
  std::vector<std::array<std::uint8_t, 3>> colors;  ///< K, RGB
  std::vector<std::string> assumptions;         ///< a sentence each, shown once at start
};

}  // namespace ph
