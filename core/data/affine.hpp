#pragma once
#include <array>
#include <cstdint>

#include "data/image.hpp"

namespace ph {

/// Rows of a 2 x 3 matrix: x' = m[0] x + m[1] y + m[2], y' = m[3] x + m[4] y + m[5].
using AffineMatrix = std::array<double, 6>;

/// From image pixels to pixels of a crop of `size` (width, height): `center` goes to its middle, a line of
/// `scale[0]` x 200 pixels to its width, turned by `rotation` degrees. mmpose 0.x get_affine_transform:
/// three pairs of points in float32, of which only the width counts (the scale has the crop's aspect).
[[nodiscard]] AffineMatrix crop_matrix(const std::array<float, 2>& center, const std::array<float, 2>& scale,
                                       double rotation, const std::array<std::int64_t, 2>& size);

/// The pixels of an image of `width` x `height` that a crop of `size`, cut out with `matrix` and bilinear
/// interpolation, may look at; empty when the crop lies beside the image.
[[nodiscard]] Region seen_region(const AffineMatrix& matrix, const std::array<std::int64_t, 2>& size,
                                 int width, int height);

/// The same for UDP (Huang et al., "The devil is in the details", 2020; mmpose get_warp_matrix): `scale` x
/// 200 pixels, both sides counting, become size - 1 steps between pixels. It turns the other way round
/// than crop_matrix() does, and its numbers are rounded to float32, as in mmpose.
[[nodiscard]] AffineMatrix udp_crop_matrix(const std::array<float, 2>& center,
                                           const std::array<float, 2>& scale, double rotation,
                                           const std::array<std::int64_t, 2>& size);

}  // namespace ph
