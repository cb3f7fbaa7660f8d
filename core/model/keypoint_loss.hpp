#pragma once
#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

namespace ph {

/// What a loss compares, and with which shapes of output, target and target_weight.
enum class LossInput {
  heatmaps,  ///< N x K x h x w, N x K x h x w, N x K x 1
  combined,  ///< CombinedTarget: N x 3 K x h x w, N x 3 K x h x w, N x K x 1
  points,    ///< coordinates: N x K x 2, all three
  spread,    ///< coordinates with deviations: N x K x 4 (x, y, two before the sigmoid), N x K x 2, N x K x 2
};

/// A loss between what a head gives and its targets. A module, because some losses own parameters.
class KeypointLoss : public torch::nn::Module {
 public:
  using Module::Module;
  /// A scalar on the device of `output`, computed in float32 (float64 when `output` is float64) whatever
  /// autocast made of `output`. Throws Error(config) for fewer keypoints than it is made for.
  [[nodiscard]] virtual at::Tensor forward(const at::Tensor& output, const at::Tensor& target,
                                           const at::Tensor& target_weight) = 0;
  [[nodiscard]] virtual LossInput input() const { return LossInput::heatmaps; }
  /// Draws its own parameters, if it has any, as mmpose does, from torch's generator.
  virtual void init_weights() {}

 protected:
  /// `output` in the type that losses are computed in.
  [[nodiscard]] static at::Tensor precise(const at::Tensor& output) {
    return output.scalar_type() == at::kDouble ? output : output.to(at::kFloat);
  }
};

}  // namespace ph
