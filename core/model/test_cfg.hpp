#pragma once
#include <cstdint>

#include "config/node.hpp"

namespace ph {

/// `post_process`: how a peak of a heatmap is placed between pixels.
enum class PostProcess {
  none,      ///< null: not at all
  quarter,   ///< "default": a quarter pixel towards the higher neighbour
  unbiased,  ///< DARK
  megvii,    ///< a blur, a quarter pixel, and half a pixel; scores of heatmaps that go up to 255
};

/// Config key `model.test_cfg` of top-down models, with mmpose's defaults.
struct TestCfg {
  bool flip_test = true;  ///< average with the mirrored image
  PostProcess post_process = PostProcess::quarter;
  bool shift_heatmap = false;              ///< move the mirrored heatmap right by one pixel before averaging
  bool use_udp = false;                    ///< UDP's decoding, whatever post_process says
  bool combined = false;                   ///< target_type "CombinedTarget": three maps a keypoint
  std::int64_t modulate_kernel = 11;       ///< blur before peaks are refined, in pixels of the heatmap
  double valid_radius_factor = 0.0546875;  ///< CombinedTarget's radius over the heatmap's height
  bool regression_flip_shift = false;      ///< regression: half a pixel to the left after averaging
};

/// Reads and checks it. Throws Error(config), for settings that contradict each other too.
[[nodiscard]] TestCfg read_test_cfg(const Node& node);

}  // namespace ph
