// The loops of deformable convolution on a GPU (model/deform_kernels.hpp): one thread an element, on the default stream.
// The arithmetic is model/deform_sample.hpp, which the CPU's loops use too. Compiled where nvcc is found; it has never run.
#include "model/deform_sample.hpp"

namespace {

using ph::deform::Geometry;
constexpr int threads = 256;

template <class T>
__global__ void columns_kernel(Geometry g, const T* input, const T* offset, const T* mask, T* columns) {
  const int total = g.channels * g.taps() * g.places();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < total; i += gridDim.x * blockDim.x) {
    const int row = i / g.places();
    ph::deform::fill_column(g, input, offset, mask, row / g.taps(), row % g.taps(), i % g.places(), columns);
  }
}

// Threads meet at pixels: the order of the sums, and so the last bits, change from run to run.
template <class T>
__global__ void to_input_kernel(Geometry g, const T* grad, const T* offset, const T* mask, T* grad_input) {
  const int total = g.channels * g.taps() * g.places();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < total; i += gridDim.x * blockDim.x) {
    const int row = i / g.places(), place = i % g.places();
    const int channel = row / g.taps(), tap = row % g.taps(), group = channel / g.group_channels();
    const auto corners = ph::deform::corners_for(g, offset, group, tap, place);
    const T value = grad[i] * ph::deform::mask_for(g, mask, group, tap, place);
    T* const plane = grad_input + channel * g.height * g.width;
    for (int c = 0; c < 4; ++c) {
      if (corners.in[c]) atomicAdd(plane + corners.at[c], ph::deform::weight_of(corners, c) * value);
    }
  }
}

template <class T>
__global__ void to_offset_kernel(Geometry g, const T* grad, const T* input, const T* offset, const T* mask,
                                 T* grad_offset, T* grad_mask) {
  const int total = g.groups * g.taps() * g.places();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < total; i += gridDim.x * blockDim.x) {
    const int row = i / g.places();
    ph::deform::offset_gradient(g, grad, input, offset, mask, row / g.taps(), row % g.taps(), i % g.places(),
                                grad_offset, grad_mask);
  }
}

int blocks_for(int total) {
  const int wanted = (total + threads - 1) / threads;
  return wanted < 65535 ? wanted : 65535;
}

}  // namespace

#define POSEHOST_DEFORM_KERNELS(T, suffix)                                                                   \
  extern "C" void posehost_deform_columns_##suffix(const Geometry& g, const T* input, const T* offset,       \
                                                   const T* mask, T* columns) {                              \
    columns_kernel<<<blocks_for(g.channels* g.taps() * g.places()), threads>>>(g, input, offset, mask,       \
                                                                               columns);                     \
  }                                                                                                          \
  extern "C" void posehost_deform_to_input_##suffix(const Geometry& g, const T* grad, const T* offset,       \
                                                    const T* mask, T* grad_input) {                          \
    to_input_kernel<<<blocks_for(g.channels* g.taps() * g.places()), threads>>>(g, grad, offset, mask,       \
                                                                                grad_input);                 \
  }                                                                                                          \
  extern "C" void posehost_deform_to_offset_##suffix(const Geometry& g, const T* grad, const T* input,       \
                                                     const T* offset, const T* mask, T* grad_offset,         \
                                                     T* grad_mask) {                                         \
    to_offset_kernel<<<blocks_for(g.groups* g.taps() * g.places()), threads>>>(g, grad, input, offset, mask, \
                                                                               grad_offset, grad_mask);      \
  }

POSEHOST_DEFORM_KERNELS(float, f32)
POSEHOST_DEFORM_KERNELS(double, f64)
