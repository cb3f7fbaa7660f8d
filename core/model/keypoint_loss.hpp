#pragma once
#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

namespace ph {

/// A loss between what a head gives and its targets. A module, because some losses own parameters.
class KeypointLoss : public torch::nn::Module {
 public:
  using Module::Module;
  /// A scalar on the device of `output`, computed in float32 (float64 when `output` is float64) whatever
  /// autocast made of `output`. Heatmap losses: output and target N x K x h x w, target_weight N x K x 1.
  [[nodiscard]] virtual at::Tensor forward(const at::Tensor& output, const at::Tensor& target,
                                           const at::Tensor& target_weight) = 0;
};

}  // namespace ph
