#include "model/res_layer.hpp"

namespace ph {

ResLayer::ResLayer(ResBlockSpec spec, std::int64_t blocks, bool bottleneck) : Module("ResLayer") {
  spec.shortcut = spec.stride != 1 || spec.in_channels != spec.out_channels;
  for (std::int64_t i = 0; i < blocks; ++i) {
    std::shared_ptr<ResBlock> block;
    if (bottleneck) {
      block = std::make_shared<Bottleneck>(spec);
    } else {
      block = std::make_shared<BasicBlock>(spec);
    }
    blocks_.push_back(register_module(std::to_string(i), block));
    spec.in_channels = spec.out_channels;
    spec.stride = 1;
    spec.shortcut = false;
  }
}

at::Tensor ResLayer::forward(at::Tensor x) {
  for (const auto& block : blocks_) x = block->forward(x);
  return x;
}

}  // namespace ph
