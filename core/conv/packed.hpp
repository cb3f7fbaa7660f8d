#pragma once
#include <c10/core/CPUAllocator.h>

#include "conv/avx512.hpp"
#include "conv/conv_shape.hpp"
#include "conv/pixels.hpp"
#include "conv/tile.hpp"

#ifdef POSEHOST_AVX512
namespace ph::conv {

// What a word of packed pixels is made of: `images` of them are packed together. `band` places are summed up at a time: enough for
// a tile to repay the loading and storing of its sums; of float32 fewer, as shorter sums keep more of their digits.
struct Floats {
  using Stored = float;
  static constexpr Words words = Words::floats;
  static constexpr std::int64_t images = 1, band = 256;
};
struct Bf16Pairs {
  using Stored = std::uint16_t;
  static constexpr Words words = Words::bf16_pairs;
  static constexpr std::int64_t images = 2, band = 512;
};

template <class Element>
struct Operands {
  const Shape& shape;
  const typename Element::Stored *image, *map;
  /// Counted as they are packed; an odd last one is paired with zeros.
  [[nodiscard]] std::int64_t images() const { return (shape.images + Element::images - 1) / Element::images; }
};

/// Rows of packed pixels. In each row those of columns 0, phases, 2 phases, … come first, then those of 1, 1 + phases, …: what a kernel
/// meets with that stride lies side by side.
template <class Element>
struct Packed {
  float* words = nullptr;
  std::int64_t channels = 0, columns = 0, phases = 1, rows = 0;

  [[nodiscard]] std::int64_t width() const { return whole_vectors(channels); }  ///< of a pixel, in words
  [[nodiscard]] std::int64_t in_phase() const { return (columns + phases - 1) / phases; }
  [[nodiscard]] std::int64_t row() const { return phases * in_phase() * width(); }
  [[nodiscard]] std::int64_t size() const { return rows * row(); }  ///< of an image
  [[nodiscard]] const float* pixel(std::int64_t y, std::int64_t x) const {
    return words + y * row() + (x % phases * in_phase() + x / phases) * width();
  }

  /// Rows from `top` on of packed image `n`, whose rows are `height` in all and have `all` channels; the first taken is `c`.
  void fill(const typename Element::Stored* from, const Shape& s, std::int64_t n, std::int64_t height,
            std::int64_t top, std::int64_t all, std::int64_t c, std::int64_t as) const {
    const auto image = height * columns * all;
    const auto* first = from + n * Element::images * image + top * columns * all + c;
    const bool alone = n * Element::images + 1 >= s.images;
    for (std::int64_t y = 0; y < rows; ++y, first += columns * all)
      for (std::int64_t phase = 0; phase < phases; ++phase) {
        auto* const to = words + as * size() + y * row() + phase * in_phase() * width();
        const auto count = (columns - phase + phases - 1) / phases;
        const auto* const at = first + phase * all;
        if constexpr (Element::images == 1) {
          pack(at, count, phases * all, channels, to);
        } else {
          pack(at, alone ? nullptr : at + image, count, phases * all, channels, to);
        }
      }
  }
};

/// Channels of the image and of the map whose weights are one unit of work: with a 3x3 kernel their sums are 147 KB and stay in the
/// second cache, beside the rows that are summed up meanwhile.
constexpr std::int64_t block = 64;

/// How much of the map is packed at a time.
struct Bands {
  std::int64_t images = 1, rows = 1;
};
[[nodiscard]] Bands bands_of(const Shape& shape, std::int64_t pixels);

/// Words for the packed rows of a band, a block of both sides.
[[nodiscard]] std::int64_t work_size(const Shape& shape, const Bands& bands);

[[nodiscard]] inline std::int64_t blocks(std::int64_t channels) { return (channels + block - 1) / block; }

/// Few channels make few units of work: parts of the images are summed apart then, for threads to share. Their number depends on the
/// shape alone, so that results do not depend on threads.
[[nodiscard]] inline std::int64_t parts_of(std::int64_t images, std::int64_t pairs_of_blocks) {
  constexpr std::int64_t units_wanted = 16;
  return std::min(images, (units_wanted + pairs_of_blocks - 1) / pairs_of_blocks);
}

[[nodiscard]] inline c10::DataPtr allocate(std::int64_t words) {
  return c10::GetCPUAllocator()->allocate(static_cast<std::size_t>(words) * sizeof(float));
}

}  // namespace ph::conv
#endif
