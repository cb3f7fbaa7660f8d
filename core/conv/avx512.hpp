#pragma once
// What the kernels of this folder are compiled with; the program around them is for any processor (weight_sum.hpp asks it).
#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

// An attribute of functions, not a flag of files: what a file includes must not be compiled for these processors alone. A
// compiler makes no instruction of BF16 out of arithmetic in float32, so the kernels for that run without it.
#define POSEHOST_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))

namespace ph::conv {

/// The first `count` of 16 lanes.
inline __mmask16 first_lanes(std::int64_t count) {
  return static_cast<__mmask16>(count >= 16 ? 0xFFFF : (1U << count) - 1);
}

}  // namespace ph::conv
#endif
