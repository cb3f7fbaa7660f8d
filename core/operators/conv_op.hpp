#pragma once
#include <ATen/core/Tensor.h>

namespace ph {

/// A convolution of two dimensions without bias, groups or dilation, square in everything.
struct ConvSpec2d {
  std::int64_t stride = 1, padding = 0;
  std::int64_t output_padding = 0;  ///< of a transposed one
  bool transposed = false;
};

/// Whether `fast_gradient_conv` is for this call: one on the CPU that is recorded for a gradient of the weights, in channels_last, of a
/// type that the processor has instructions for, and of a shape in which oneDNN was seen to be slower.
[[nodiscard]] bool has_fast_gradient(const at::Tensor& x, const at::Tensor& weight, const ConvSpec2d& spec);

/// As at::conv2d or at::conv_transpose2d, under autocast as well. Forward and the gradient of `x` are oneDNN's; that of `weight` is ours
/// (conv/weight_sum.hpp): summed up in float32 and rounded, if at all, to the type of `weight`, not to that of autocast. Differentiable
/// once.
[[nodiscard]] at::Tensor fast_gradient_conv(const at::Tensor& x, const at::Tensor& weight,
                                            const ConvSpec2d& spec);

}  // namespace ph
