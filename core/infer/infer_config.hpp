#pragma once
#include <array>
#include <map>
#include <string>

#include "data/compat.hpp"
#include "data/dataset_info.hpp"
#include "infer/infer_options.hpp"

namespace ph {

/// What a config says of how its network is used.
struct InferConfig {
  Node config = Node::parse("null");
  std::string source;  ///< where it was found
  Node pipeline;       ///< of data.test, else data.val
  std::array<std::int64_t, 2> image_size{}, heatmap_size{};
  DatasetInfo info;
  Node info_node;  ///< the config's dataset_info, which alone has colours of lines; null: there is none
  const Compat* compat = nullptr;
};

/// The config of --cfg, else the one that posehost keeps in its checkpoints (`metadata` "posehost.config"), else config.json
/// beside the checkpoint, in its run's work dir. Keypoints are the config's dataset_info, else what the checkpoint has of
/// them, else what the annotation file of the data has. Throws Error(config) when one of the two is nowhere.
[[nodiscard]] InferConfig find_infer_config(const InferOptions& options,
                                            const std::map<std::string, std::string>& metadata);

}  // namespace ph
