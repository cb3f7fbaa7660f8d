#include "loops/loop_sets.hpp"
#include "system/limits.hpp"

namespace ph {
namespace {

// Of functions that give the same loops.
template <class Loops>
const Loops& widest([[maybe_unused]] const Loops& (*on_avx512)() noexcept,
                    [[maybe_unused]] const Loops& (*on_avx2)() noexcept, const Loops& (*on_any)() noexcept) {
  if (cpu_has_avx512()) return on_avx512();
  return cpu_has_avx2() ? on_avx2() : on_any();
}

}  // namespace

#if defined(__x86_64__)
#define PH_WIDEST(loops) widest(&avx512::loops<T>, &avx2::loops<T>, &baseline::loops<T>)
#else
#define PH_WIDEST(loops) baseline::loops<T>()
#endif

template <class T>
const NormLoops<T>& norm_loops() noexcept {
  return PH_WIDEST(norm_loops);
}
template <class T>
const NormPoolLoops<T>& norm_pool_loops() noexcept {
  return PH_WIDEST(norm_pool_loops);
}

template const NormLoops<float>& norm_loops() noexcept;
template const NormLoops<bfloat16>& norm_loops() noexcept;
template const NormPoolLoops<float>& norm_pool_loops() noexcept;
template const NormPoolLoops<bfloat16>& norm_pool_loops() noexcept;

}  // namespace ph
