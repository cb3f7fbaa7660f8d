#pragma once
#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <functional>

#include "trace/operator_trace.hpp"

namespace ph {

enum class TraceContents { shapes, values };  ///< whether a trace holds what is in parameters and constants

/// Runs `forward` on `input` once, without gradients, and records every operator that the dispatcher sees on this thread,
/// whatever called it: modules, functions, our own operators. Only the outermost call of each is kept.
/// `network` gives names to parameters. One trace at a time on a thread.
[[nodiscard]] OperatorTrace record_operators(torch::nn::Module& network, const at::Tensor& input,
                                             const std::function<at::Tensor(const at::Tensor&)>& forward,
                                             TraceContents contents = TraceContents::shapes);

}  // namespace ph
