#include <cuda_runtime.h>

#include "new_plugin_kernel.hpp"

namespace {

template <class Real>
__global__ void update(Real* p, const Real* g, Real* m, std::int64_t n, RuleScalars<Real> s) {
  const std::int64_t stride = static_cast<std::int64_t>(blockDim.x) * gridDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += stride)
    update_element(p[i], g[i], m[i], s);
}

template <class Real>
const char* launch(Real* p, const Real* g, Real* m, std::int64_t n, const RuleScalars<Real>& s,
                   void* stream) {
  if (n <= 0) return nullptr;
  constexpr std::int64_t block = 256, most = 4096;
  const std::int64_t blocks = (n + block - 1) / block;
  update<<<static_cast<unsigned>(blocks < most ? blocks : most), static_cast<unsigned>(block), 0,
           static_cast<cudaStream_t>(stream)>>>(p, g, m, n, s);
  const cudaError_t status = cudaGetLastError();
  return status == cudaSuccess ? nullptr : cudaGetErrorString(status);
}

}  // namespace

const char* launch_update(float* p, const float* g, float* m, std::int64_t n, const RuleScalars<float>& s,
                          void* stream) {
  return launch(p, g, m, n, s, stream);
}
const char* launch_update(double* p, const double* g, double* m, std::int64_t n, const RuleScalars<double>& s,
                          void* stream) {
  return launch(p, g, m, n, s, stream);
}
