#pragma once
#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <vector>

namespace ph {

/// Feature maps of a backbone, finest first: one for each entry of its `out_indices`.
using Features = std::vector<at::Tensor>;

/// The part of a network that turns images into feature maps. Its parameters are named as in mmpose,
/// below "backbone.".
class Backbone : public torch::nn::Module {
 public:
  using Module::Module;
  /// `img` is N x C x H x W.
  [[nodiscard]] virtual Features forward(const at::Tensor& img) = 0;
  /// Draws all weights as mmpose does when `pretrained` is null, from torch's generator.
  virtual void init_weights() = 0;
  /// Channels of each map that forward() gives.
  [[nodiscard]] virtual std::vector<std::int64_t> out_channels() const = 0;
};

}  // namespace ph
