#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// What the keypoints of a data set mean. From the config's `dataset_info`, else from the annotation
/// file's category with what had to be assumed written down.
struct DatasetInfo {
  std::string name;
  std::vector<std::string> keypoints;               ///< K names
  std::vector<std::pair<int, int>> flip_pairs;      ///< mirrored keypoints, each pair once
  std::vector<double> sigmas;                       ///< K, COCO's OKS constants; empty when unknown
  std::vector<double> joint_weights;                ///< K, all 1 unless given
  std::vector<int> upper_body, lower_body;          ///< for TopDownHalfBodyTransform
  std::vector<std::pair<int, int>> skeleton;        ///< for pictures only
  std::vector<std::array<std::uint8_t, 3>> colors;  ///< K, RGB
  std::vector<std::string> assumptions;             ///< a sentence each, shown once at start
};

/// Reads the config's `dataset_info` as mmpose 0.29 writes it: keypoint_info {"0": {name, id, color,
/// type, swap}}, skeleton_info {"0": {link, id, color}}, joint_weights, sigmas (may be empty). Throws
/// Error(config): ids with holes, a swap that does not exist or is not mutual, counts that differ.
[[nodiscard]] DatasetInfo dataset_info_from_config(const Node& dataset_info);

/// What a COCO category with `keypoints` (and `skeleton`, numbered from 1) tells: names and skeleton.
/// The rest is assumed, one sentence each. Flip pairs are made only from names that begin with "left_"
/// and "right_": a wrong pair would spoil training silently. `where` stands for the file in messages;
/// throws Error(data).
[[nodiscard]] DatasetInfo dataset_info_from_category(const Json& category, const std::string& where);

}  // namespace ph
