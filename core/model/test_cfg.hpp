#pragma once
#include <string>

#include "config/node.hpp"

namespace ph {

/// Config key `model.test_cfg` of top-down models, with mmpose's defaults.
struct TestCfg {
  bool flip_test = true;       ///< average with the mirrored image
  bool refine = true;          ///< `post_process` "default": a quarter pixel towards the higher neighbour
  bool shift_heatmap = false;  ///< move the mirrored heatmap right by one pixel before averaging
};

/// Reads and checks it. Decodings that are not available (post_process "unbiased", "megvii"; use_udp;
/// other target types) are refused by name. Throws Error(config).
[[nodiscard]] TestCfg read_test_cfg(const Node& node);

}  // namespace ph
