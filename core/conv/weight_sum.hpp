#pragma once
#include "conv/conv_shape.hpp"
#include "conv/tile.hpp"

namespace ph::conv {

/// Whether this processor has what the sums need: AVX-512, for bfloat16 its BF16.
[[nodiscard]] bool can_sum(Words words);

/// The part of `threads` threads' time that sum_weights() can use: 1 where its units of work go round evenly. The sums are cut the same
/// way for any number of threads, so there are not units for very many.
[[nodiscard]] double use_of(int threads, const Shape& shape, Words words);

/// The gradient of a convolution's weights, in float32:
///     out[m][ky][kx][c] = sum over images n and pixels (y, x) of the map
///                         map[n][y][x][m] * image[n][y * stride - padding + ky][x * stride - padding + kx][c]
/// Both are dense in the order of their indices (channels_last) and in float32 or bfloat16. Uses LibTorch's threads; the sums are
/// the same bits for any number of them. Where a product with a padded pixel is formed, it is with 0: NaN stays NaN.
void sum_weights(const Shape& shape, Words words, const void* image, const void* map, float* out);

}  // namespace ph::conv
