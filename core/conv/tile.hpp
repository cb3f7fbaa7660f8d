#pragma once
#include <cstdint>

// The innermost loop: an outer product at each pixel, summed over pixels in registers.
namespace ph::conv {

enum class Words { floats, bf16_pairs };

/// What a tile is summed over: `images` times `rows` times `pixels` places, steps in words (pixels.hpp).
struct Places {
  const float *vectors = nullptr, *factors = nullptr;
  std::int64_t vector_pixel = 0, vector_row = 0, vector_image = 0;
  std::int64_t factor_pixel = 0, factor_row = 0, factor_image = 0;
  std::int64_t pixels = 0, rows = 0, images = 0;
};

/// Where its sums go: row r at `to + r * step`.
struct Sums {
  float* to = nullptr;
  std::int64_t step = 0;
  std::int64_t last_lanes = 0;  ///< of a row's last vector, 1 to 16
  bool add = false;             ///< to what is there, or in its place
};

/// sums[r][c] (+)= over places of factors[r] * vectors[c], where c goes through some vectors of 16. Fresh registers for each call, so
/// that long sums are sums of short ones and keep their digits.
using Tile = void (*)(const Places&, const Sums&);

/// The most vectors a tile has, and the most rows beside them: 24 sums fit into registers with their operands.
constexpr int most_vectors = 4;
[[nodiscard]] constexpr int most_rows(int vectors) { return vectors == 4 ? 6 : vectors == 3 ? 8 : 12; }

/// The tile of 1 to most_vectors vectors and 1 to most_rows rows. Needs AVX-512, for pairs with BF16.
[[nodiscard]] Tile tile_of(Words words, int vectors, int rows);

}  // namespace ph::conv
