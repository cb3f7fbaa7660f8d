#pragma once
#include <string>

#include "config/node.hpp"

namespace ph {

/// Where versions of mmpose compute different numbers from the same config. The top-level key
/// `compat` chooses a row; core/README.md prints the same table.
struct Compat {
  std::string version;        ///< "0.13", "0.29" (default), "1.x"
  bool drop_last;             ///< incomplete last training batch: 0.13 drops it
  bool box_minus_one;         ///< COCO boxes clipped to width - 1, height - 1, as 0.x does
  bool weight_squared;        ///< JointsMSE: (w (p - t))^2 (0.x) or w (p - t)^2 (1.x)
  bool pck_swapped_norm;      ///< acc_pose normalises x by height and y by width (0.x quirk)
  bool jitter_once;           ///< centre jitter drawn once at load (0.13)
  bool half_body_normal;      ///< half-body picks by a normal draw < 0.5 (0.x) or uniform < 0.7 (1.x)
};

/// The row for `version`; throws with the list of rows.
[[nodiscard]] const Compat& compat_for(const Node& version);
[[nodiscard]] const Compat& default_compat();

}  // namespace ph
