#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace ph {

/// Makes a forward pass recorded in float32 compute in `type`: its constants and its input become that, its output float32 again.
/// Nothing is chosen operator by operator as autocast does, which converts every weight anew in every call. false, with nothing done,
/// where an operator is none of LibTorch's: deformable convolution, whose offsets need the digits.
[[nodiscard]] bool lower_precision(const std::shared_ptr<torch::jit::Graph>& graph, at::ScalarType type);

}  // namespace ph
