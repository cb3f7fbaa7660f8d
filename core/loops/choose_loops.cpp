#include "loops/norm_loops.hpp"

namespace ph {

// Of norm_loops.cpp and norm_pool_loops.cpp, which are compiled once for each of these.
#define PH_DECLARE_LOOPS(vectors)                                   \
  namespace vectors {                                               \
  extern const NormLoops<float> norm_loops_of_float;                \
  extern const NormLoops<bfloat16> norm_loops_of_bfloat16;          \
  extern const NormPoolLoops<float> norm_pool_loops_of_float;       \
  extern const NormPoolLoops<bfloat16> norm_pool_loops_of_bfloat16; \
  }
PH_DECLARE_LOOPS(baseline)
#if defined(__x86_64__)
PH_DECLARE_LOOPS(avx2)
PH_DECLARE_LOOPS(avx512)
#endif
#undef PH_DECLARE_LOOPS

namespace {

template <class Loops>
const Loops& widest([[maybe_unused]] const Loops& on_avx512, [[maybe_unused]] const Loops& on_avx2,
                    const Loops& on_any) noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    return on_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return on_avx2;
#endif
  return on_any;
}

#if defined(__x86_64__)
#define PH_WIDEST(loops) widest(avx512::loops, avx2::loops, baseline::loops)
#else
#define PH_WIDEST(loops) baseline::loops
#endif

}  // namespace

template <>
const NormLoops<float>& norm_loops() noexcept {
  return PH_WIDEST(norm_loops_of_float);
}
template <>
const NormLoops<bfloat16>& norm_loops() noexcept {
  return PH_WIDEST(norm_loops_of_bfloat16);
}
template <>
const NormPoolLoops<float>& norm_pool_loops() noexcept {
  return PH_WIDEST(norm_pool_loops_of_float);
}
template <>
const NormPoolLoops<bfloat16>& norm_pool_loops() noexcept {
  return PH_WIDEST(norm_pool_loops_of_bfloat16);
}

}  // namespace ph
