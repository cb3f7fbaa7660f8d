// The rule, for one element: the same source for the CPU and for CUDA.
#pragma once

#ifdef __CUDACC__
#define FOR_BOTH __host__ __device__
#else
#define FOR_BOTH
#endif

template <class Real>
struct RuleScalars {
  Real lr, momentum, decay;
};

template <class Real>
FOR_BOTH inline void update_element(Real& p, Real g, Real& m, const RuleScalars<Real>& s) {
  m = s.momentum * m + (g + s.decay * p);
  p -= s.lr * m;
}
