#include "conv/tile.hpp"

#include <utility>

#include "conv/avx512.hpp"

#ifdef POSEHOST_AVX512
namespace ph::conv {
namespace {

template <Words words>
POSEHOST_AVX512 inline __m512 plus_product(__m512 sum, __m512 a, __m512 b) {
  if constexpr (words == Words::floats) return _mm512_fmadd_ps(a, b, sum);
  return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}

// The loops over rows and vectors are unrolled, so that every sum is a register.
template <Words words, int vectors, int rows>
POSEHOST_AVX512 void tile(const Places& at, const Sums& sums) {
  __m512 sum[rows][vectors];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sum[r][v] = _mm512_setzero_ps();
  for (std::int64_t n = 0; n < at.images; ++n)
    for (std::int64_t y = 0; y < at.rows; ++y) {
      const auto* from = at.vectors + n * at.vector_image + y * at.vector_row;
      const auto* by = at.factors + n * at.factor_image + y * at.factor_row;
      for (std::int64_t x = 0; x < at.pixels; ++x, from += at.vector_pixel, by += at.factor_pixel) {
        __m512 vector[vectors];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) vector[v] = _mm512_loadu_ps(from + v * 16);
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
          const auto factor = _mm512_set1_ps(by[r]);
#pragma GCC unroll 4
          for (int v = 0; v < vectors; ++v) sum[r][v] = plus_product<words>(sum[r][v], vector[v], factor);
        }
      }
    }
  const auto last = first_lanes(sums.last_lanes), all = first_lanes(16);
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      auto* to = sums.to + r * sums.step + v * 16;
      const auto mask = v == vectors - 1 ? last : all;
      const auto before = sums.add ? _mm512_maskz_loadu_ps(mask, to) : _mm512_setzero_ps();
      _mm512_mask_storeu_ps(to, mask, _mm512_add_ps(before, sum[r][v]));
    }
}

template <Words words, int vectors, int... row>
Tile with_rows(int rows, std::integer_sequence<int, row...>) {
  constexpr Tile tiles[] = {&tile<words, vectors, row + 1>...};
  return tiles[rows - 1];
}

template <Words words>
Tile with_vectors(int vectors, int rows) {
  switch (vectors) {
    case 1:
      return with_rows<words, 1>(rows, std::make_integer_sequence<int, most_rows(1)>());
    case 2:
      return with_rows<words, 2>(rows, std::make_integer_sequence<int, most_rows(2)>());
    case 3:
      return with_rows<words, 3>(rows, std::make_integer_sequence<int, most_rows(3)>());
    default:
      return with_rows<words, 4>(rows, std::make_integer_sequence<int, most_rows(4)>());
  }
}

}  // namespace

Tile tile_of(Words words, int vectors, int rows) {
  return words == Words::floats ? with_vectors<Words::floats>(vectors, rows)
                                : with_vectors<Words::bf16_pairs>(vectors, rows);
}

}  // namespace ph::conv
#endif
