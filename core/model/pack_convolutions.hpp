#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <vector>

namespace ph {

/// Rewrites the convolutions of a recorded forward pass, transposed ones too, to oneDNN's own call: weights in the layout that oneDNN
/// chooses for the recorded sizes instead of being brought into it by each call, with the ReLU and the addition of a shortcut behind a
/// convolution computed while its result is in the cache. For float32 and bfloat16 on the CPU; what has no constant weight stays.
/// The graph gets inputs after its own; returned is what belongs there, in order. It then holds for the recorded sizes alone.
[[nodiscard]] std::vector<at::Tensor> pack_convolutions(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace ph
