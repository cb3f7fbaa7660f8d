#include "conv/pixels.hpp"

#include "conv/avx512.hpp"

#ifdef POSEHOST_AVX512
namespace ph::conv {
namespace {

// Words of half a vector of each of two images: lanes 0 to 15 of both, then 16 to 31.
alignas(64) constexpr std::uint16_t lower[32] = {0,  32, 1,  33, 2,  34, 3,  35, 4,  36, 5,
                                                 37, 6,  38, 7,  39, 8,  40, 9,  41, 10, 42,
                                                 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
alignas(64) constexpr std::uint16_t upper[32] = {16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21,
                                                 53, 22, 54, 23, 55, 24, 56, 25, 57, 26, 58,
                                                 27, 59, 28, 60, 29, 61, 30, 62, 31, 63};

constexpr std::int64_t both = 2 * lanes;  // numbers of a vector of 16 bits

}  // namespace

POSEHOST_AVX512 void pack(const float* from, std::int64_t pixels, std::int64_t step, std::int64_t channels,
                          float* to) {
  for (std::int64_t p = 0; p < pixels; ++p, from += step)
    for (std::int64_t c = 0; c < channels; c += lanes, to += lanes)
      _mm512_storeu_ps(to, _mm512_maskz_loadu_ps(first_lanes(channels - c), from + c));
}

POSEHOST_AVX512 void pack(const std::uint16_t* first, const std::uint16_t* second, std::int64_t pixels,
                          std::int64_t step, std::int64_t channels, float* to) {
  const auto low = _mm512_load_si512(lower), high = _mm512_load_si512(upper);
  const std::int64_t odd = second ? 0 : 1;
  if (!second) second = first;  // read nowhere: its mask is empty
  for (std::int64_t p = 0; p < pixels; ++p, first += step, second += step)
    for (std::int64_t c = 0; c < channels; c += both, to += both) {
      const auto left = channels - c;
      const auto mask = left >= both ? ~__mmask32{0} : (__mmask32{1} << left) - 1;
      const auto a = _mm512_maskz_loadu_epi16(mask, first + c);
      const auto b = _mm512_maskz_loadu_epi16(odd ? __mmask32{0} : mask, second + c);
      _mm512_storeu_si512(to, _mm512_permutex2var_epi16(a, low, b));
      if (left <= lanes) {
        to -= lanes;  // one vector, not two
        continue;
      }
      _mm512_storeu_si512(to + lanes, _mm512_permutex2var_epi16(a, high, b));
    }
}

}  // namespace ph::conv
#endif
