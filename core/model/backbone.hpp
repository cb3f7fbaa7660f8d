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
  /// Channels of the images that forward() takes.
  [[nodiscard]] virtual std::int64_t in_channels() const = 0;
  /// Channels of each map that forward() gives.
  [[nodiscard]] virtual std::vector<std::int64_t> out_channels() const = 0;
};

/// What backbones of mmpose do alike: convolutions drawn by He et al. (fan out, relu), norms 1 and 0.
void init_convolutions_and_norms(torch::nn::Module& module);
/// No gradients, evaluation mode.
void freeze(torch::nn::Module& module);
/// Batch norms use their running figures, also in training.
void norms_to_eval(torch::nn::Module& module);

}  // namespace ph
