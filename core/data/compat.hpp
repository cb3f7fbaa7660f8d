#pragma once
#include <string>

#include "config/node.hpp"

namespace ph {

/// Where versions of mmpose compute different numbers from the same config. The top-level key
/// `compat` chooses a row; core/README.md prints the same table.
struct Compat {
  std::string version;    ///< "0.13", "0.29" (default), "1.x"
  bool drop_last;         ///< incomplete last training batch: 0.13 drops it
  bool box_minus_one;     ///< 0.13 takes 1 from a box's width and height before it is cut to the image
  bool box_shifted;       ///< a box that begins left of or above the image: 0.x moves it in, 1.x cuts it
  bool weight_squared;    ///< JointsMSE: (w (p - t))^2 (0.x) or w (p - t)^2 (1.x)
  bool pck_swapped_norm;  ///< acc_pose divides x by the height and y by the width: a quirk of all three
  bool jitter_once;       ///< 0.13: the data set, not the pipeline, makes centre and scale (padding 1.25),
                          ///< with a centre jitter drawn once for a run; 0.29: see the transforms
  bool
      half_body_normal;  ///< half-body prefers the upper body by a normal draw < 0.5 (0.x) or uniform < 0.7 (1.x)
  bool pckh_inclusive;  ///< PCKh of MPII: a point exactly at the threshold is right (0.x) or wrong (1.x)
  bool pckh_tenth_is_eleventh;  ///< "PCKh@0.1" is taken at 0.11 (0.13)
  bool nms_second_mask_only;  ///< oks_iou with a vis_thr: only the second pose's scores count (0.x), or both
  bool offset_blur;   ///< CombinedTarget: 0.x draws offsets within the disc alone, whose radius is a share of
                      ///< the height, and blurs offset maps before they are read; 1.x draws them everywhere,
                      ///< takes a share of the longer side and does not blur
  bool udp_mirrored;  ///< UDP's blur in decoding mirrors at the border (0.x); 1.x pads with 0 and restores
                      ///< each heatmap's maximum
};

/// The row for `version`; throws with the list of rows.
[[nodiscard]] const Compat& compat_for(const Node& version);
[[nodiscard]] const Compat& default_compat();

}  // namespace ph
