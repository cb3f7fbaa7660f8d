#pragma once
#include <array>
#include <cstdint>

namespace ph {

/// Rows of a 2 x 3 matrix: x' = m[0] x + m[1] y + m[2], y' = m[3] x + m[4] y + m[5].
using AffineMatrix = std::array<double, 6>;

/// From image pixels to pixels of a crop of `size` (width, height): `center` goes to its middle, a line of
/// `scale[0]` x 200 pixels to its width, turned by `rotation` degrees. mmpose 0.x get_affine_transform:
/// three pairs of points in float32, of which only the width counts (the scale has the crop's aspect).
[[nodiscard]] AffineMatrix crop_matrix(const std::array<float, 2>& center, const std::array<float, 2>& scale,
                                       double rotation, const std::array<std::int64_t, 2>& size);

}  // namespace ph
