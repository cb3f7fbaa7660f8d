// Sixteen floats at a time, in the compiler's own vectors: one AVX-512 register, or two or four smaller ones. The same code takes
// single floats, for what is left over. Memory need not be aligned.
//
// For files that are compiled once for each set of vector instructions, each time with another POSEHOST_VECTORS (../CMakeLists.txt):
// whatever they define lies in a namespace of that name, and they use no function of any other header that is not always inlined.
// Else the linker could choose a copy with instructions that the processor at hand lacks.
#pragma once
#include <cstdint>
#include <cstring>
#include <posehost/bfloat16.hpp>
#include <type_traits>

namespace ph::POSEHOST_VECTORS::lanes {

constexpr std::int64_t kWidth = 16;

template <class Number>
struct VectorOf {
  typedef Number type __attribute__((vector_size(kWidth * sizeof(Number))));
};
using Floats = VectorOf<float>::type;
using Ints = VectorOf<std::int32_t>::type;
using Words = VectorOf<std::uint32_t>::type;
using Halves = VectorOf<std::uint16_t>::type;
using Bytes = VectorOf<std::uint8_t>::type;

#define PH_LANES inline __attribute__((always_inline))

/// Integers beside V: Ints beside Floats, one beside float.
template <class V>
using IntsOf = std::conditional_t<std::is_same_v<V, float>, std::int32_t, Ints>;

template <class To, class From>
PH_LANES To same_bits(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

template <class V>
PH_LANES V load(const float* from) {
  V value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class V>
PH_LANES V load(const bfloat16* from) {
  if constexpr (std::is_same_v<V, float>) {
    return same_bits<float>(std::uint32_t{from->bits} << 16);
  } else {
    Halves halves;
    std::memcpy(&halves, from, sizeof halves);
    return same_bits<Floats>(__builtin_convertvector(halves, Words) << 16);
  }
}

template <class V>
PH_LANES void store(float* to, const V& value) {
  std::memcpy(to, &value, sizeof value);
}

/// As bfloat16's constructor: to the nearest, ties to even; a NaN stays one.
template <class V>
PH_LANES void store(bfloat16* to, const V& value) {
  using W = std::conditional_t<std::is_same_v<V, float>, std::uint32_t, Words>;
  const auto bits = same_bits<W>(value);
  const W nearest = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16, nan = W{} + 0x7FC0U;
  const W upper = value == value ? nearest : nan;
  if constexpr (std::is_same_v<V, float>) {
    to->bits = static_cast<std::uint16_t>(upper);
  } else {
    const auto halves = __builtin_convertvector(upper, Halves);
    std::memcpy(static_cast<void*>(to), &halves, sizeof halves);
  }
}

template <class V>
PH_LANES IntsOf<V> load_bytes(const std::uint8_t* from) {
  if constexpr (std::is_same_v<V, float>) {
    return *from;
  } else {
    Bytes bytes;
    std::memcpy(&bytes, from, sizeof bytes);
    return __builtin_convertvector(__builtin_convertvector(bytes, Halves),
                                   Ints);  // in steps: GCC 12 takes one number at a time else
  }
}

template <class I>
PH_LANES void store_bytes(std::uint8_t* to, const I& value) {
  if constexpr (std::is_same_v<I, std::int32_t>) {
    *to = static_cast<std::uint8_t>(value);
  } else {
    const auto bytes = __builtin_convertvector(__builtin_convertvector(value, Halves), Bytes);
    std::memcpy(to, &bytes, sizeof bytes);
  }
}

/// `N` vectors beside each other, from channel `at` on: what a loop over rows holds in registers.
template <class V, int N>
struct Block {
  std::int64_t at;
  static constexpr int count = N;
  static constexpr std::int64_t width = std::is_same_v<V, float> ? 1 : kWidth;
  using Vector = V;
  /// Of vector `i`.
  [[nodiscard]] PH_LANES std::int64_t channel(int i) const { return at + i * width; }
};

/// Calls body(block) for blocks that cover all channels.
template <class Body>
PH_LANES void for_blocks(std::int64_t channels, const Body& body) {
  constexpr int several = 4;
  std::int64_t at = 0;
  for (; at + several * kWidth <= channels; at += several * kWidth) body(Block<Floats, several>{at});
  for (; at + kWidth <= channels; at += kWidth) body(Block<Floats, 1>{at});
  for (; at < channels; ++at) body(Block<float, 1>{at});
}

/// One value a vector of a block, from consecutive channels.
template <class V, int N>
struct Held {
  V of[N];
  PH_LANES Held(const float* from, const Block<V, N>& block) {
    for (int i = 0; i < N; ++i) of[i] = load<V>(from + block.channel(i));
  }
  PH_LANES explicit Held(const Block<V, N>&) {
    for (int i = 0; i < N; ++i) of[i] = V{};
  }
  PH_LANES void add_to(float* to, const Block<V, N>& block) const {
    for (int i = 0; i < N; ++i) store(to + block.channel(i), load<V>(to + block.channel(i)) + of[i]);
  }
};
template <class V, int N>
Held(const float*, const Block<V, N>&) -> Held<V, N>;
template <class V, int N>
Held(const Block<V, N>&) -> Held<V, N>;

}  // namespace ph::POSEHOST_VECTORS::lanes
