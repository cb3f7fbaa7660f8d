// The loops of each set of vector instructions, for those who choose one (choose_loops.cpp) and for tests.
#pragma once
#include "loops/norm_loops.hpp"

// Of norm_loops.cpp and norm_pool_loops.cpp, which are compiled once for each of these (../CMakeLists.txt).
#define PH_DECLARE_LOOPS(vectors)                     \
  namespace ph::vectors {                             \
  template <class T>                                  \
  const NormLoops<T>& norm_loops() noexcept;          \
  template <class T>                                  \
  const NormPoolLoops<T>& norm_pool_loops() noexcept; \
  }
PH_DECLARE_LOOPS(baseline)
#if defined(__x86_64__)
PH_DECLARE_LOOPS(avx2)
PH_DECLARE_LOOPS(avx512)
#endif
#undef PH_DECLARE_LOOPS
