#pragma once
#include <cstdint>

// Pixels in the form that tiles read (tile.hpp): words of 4 bytes, a channel each, the channels of a pixel in a row whose length is
// rounded up to 16 and filled with zeros. In float32 a word is a number of one image; in bfloat16 it is that of two images, the
// first in its lower half. Pairs of images, not of pixels, because a kernel shifts both alike: no pair is ever torn.
namespace ph::conv {

constexpr std::int64_t lanes = 16;  // words of a vector

[[nodiscard]] constexpr std::int64_t whole_vectors(std::int64_t channels) {
  return (channels + lanes - 1) / lanes * lanes;
}

/// Copies `pixels` pixels, `step` numbers apart, of `channels` channels. Needs AVX-512.
void pack(const float* from, std::int64_t pixels, std::int64_t step, std::int64_t channels, float* to);

/// Interleaves those of two images; `second` may be null for zeros. Bits of bfloat16. Needs AVX-512 with BW.
void pack(const std::uint16_t* first, const std::uint16_t* second, std::int64_t pixels, std::int64_t step,
          std::int64_t channels, float* to);

}  // namespace ph::conv
