#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// What a config says about the images that its network takes, without opening data.
struct NetworkInput {
  std::int64_t height = 0, width = 0;  ///< 0: not said
  std::vector<double> mean, std;       ///< of pixels from 0 to 1, one a channel; empty: not said
  bool rgb = true;                     ///< order of the channels
};
/// From data.test, data.val or data.train, the first that there is.
[[nodiscard]] NetworkInput network_input(const Node& config);

/// Names and pairs of a network's keypoints.
struct NetworkKeypoints {
  std::vector<std::string> names;
  std::vector<std::pair<int, int>> flip_pairs;
  std::string source;  ///< where they were found, for messages; "" when nowhere
};
/// From a checkpoint's own note (a safetensors file of ours), the config's dataset_info or an annotation file that it
/// names, in this order. Relative annotation files are looked for from here and from `config_dir`.
[[nodiscard]] NetworkKeypoints network_keypoints(const Node& config, const std::filesystem::path& config_dir,
                                                 const std::filesystem::path& checkpoint);

/// `config` with its model's test_cfg saying whether there is a flip test.
[[nodiscard]] Node with_flip_test(const Node& config, bool on);

}  // namespace ph
