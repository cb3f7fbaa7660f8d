#pragma once
#include <ATen/core/Tensor.h>

#include "loops/norm_loops.hpp"

namespace ph {

/// Batch norm (Ioffe and Szegedy, 2015) of one training iteration, as torch::nn::BatchNorm2d's.
struct BatchNormState {
  at::Tensor weight, bias;               ///< [C], float32
  at::Tensor running_mean, running_var;  ///< [C], float32; become (1 - momentum) * old + momentum * new
  double momentum, eps;
};

/// Whether batch_norm_act() takes `x`: on the CPU, N x C x H x W in channels_last, float32 or bfloat16, more than one number a channel.
[[nodiscard]] bool can_fuse_norm(const at::Tensor& x, const BatchNormState& norm);

/// clamp(batch_norm(x) [+ addend]) in one pass over memory beside that for the statistics, with gradients for x, weight, bias and
/// addend. `addend`: undefined, or like `x` in shape, dtype and layout. The statistics are those of the batch, summed in an order that
/// does not depend on the number of threads; float32 inside, no rounding to bfloat16 between the parts. Can't be differentiated twice.
[[nodiscard]] at::Tensor batch_norm_act(const at::Tensor& x, const at::Tensor& addend,
                                        const BatchNormState& norm, Clamp clamp);

/// max_pool2d(clamp(batch_norm(x)), 3, 2, 1), without the map in between.
[[nodiscard]] at::Tensor batch_norm_act_pool(const at::Tensor& x, const BatchNormState& norm, Clamp clamp);

}  // namespace ph
