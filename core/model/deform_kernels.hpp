#pragma once
#include "model/deform_sample.hpp"

namespace ph::deform {

/// The three loops of deformable convolution over one sample, for one element type. Pointers are to the memory of the
/// device that the loops run on.
template <class T>
struct Kernels {
  /// input -> columns.
  void (*columns)(const Geometry&, const T* input, const T* offset, const T* mask, T* columns);
  /// Gradients of the columns -> gradients of the input, added to what is in `grad_input`.
  void (*to_input)(const Geometry&, const T* grad, const T* offset, const T* mask, T* grad_input);
  /// Gradients of the columns -> those of offset and mask (null without a mask), written.
  void (*to_offset)(const Geometry&, const T* grad, const T* input, const T* offset, const T* mask,
                    T* grad_offset, T* grad_mask);
};

/// On the CPU, by at::parallel_for; results do not depend on the number of threads.
template <class T>
[[nodiscard]] const Kernels<T>& cpu_kernels();

/// Of libposehost_cuda.so (core/cuda), loaded when first asked for. Throws Error(environment) when it was not built.
template <class T>
[[nodiscard]] const Kernels<T>& cuda_kernels();

}  // namespace ph::deform
