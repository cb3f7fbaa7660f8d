#pragma once
#include "model/backbone.hpp"

namespace ph {

/// The part between backbone and head. Its parameters are named as in mmpose, below "neck.".
class Neck : public torch::nn::Module {
 public:
  using Module::Module;
  [[nodiscard]] virtual Features forward(const Features& features) = 0;
  /// Channels of each map that it gives for maps with `channels`.
  [[nodiscard]] virtual std::vector<std::int64_t> out_channels(
      const std::vector<std::int64_t>& channels) const = 0;
  /// Whether it gives N x C, one number a channel, and no maps N x C x h x w.
  [[nodiscard]] virtual bool gives_vectors() const { return false; }
  /// Draws all weights as mmpose does, from torch's generator.
  virtual void init_weights() {}
};

}  // namespace ph
