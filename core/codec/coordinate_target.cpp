#include "codec/coordinate_target.hpp"

#include <cmath>

namespace ph {

void CoordinateTarget::encode(std::span<const float> joints, std::span<const float> visible,
                              std::span<float> target, std::span<float> weight) const {
  for (std::size_t k = 0; k < visible.size(); ++k) {
    const float x = joints[2 * k], y = joints[2 * k + 1];
    const bool inside = x >= 0 && x <= width_ - 1 && y >= 0 && y <= height_ - 1;
    weight[2 * k] = weight[2 * k + 1] = inside ? visible[k] : 0;
    // A place outside is a target too where a loss uses no weights; what is no place is none.
    target[2 * k] = std::isfinite(x) ? x / width_ : 0;
    target[2 * k + 1] = std::isfinite(y) ? y / height_ : 0;
  }
}

}  // namespace ph
