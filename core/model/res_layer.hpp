#pragma once
#include <memory>
#include <vector>

#include "model/res_block.hpp"

namespace ph {

/// A stage of a ResNet, "layer1" to "layer4": its blocks are named "0", "1", ….
class ResLayer final : public torch::nn::Module {
 public:
  /// `first` describes the first block; the others keep its output's size.
  ResLayer(ResBlockSpec first, std::int64_t blocks, bool bottleneck);
  [[nodiscard]] at::Tensor forward(at::Tensor x);
  [[nodiscard]] const std::vector<std::shared_ptr<ResBlock>>& blocks() const { return blocks_; }

 private:
  std::vector<std::shared_ptr<ResBlock>> blocks_;
};

}  // namespace ph
