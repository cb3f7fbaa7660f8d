#pragma once
#include <string>

#include "tools/onnx_builder.hpp"
#include "trace/operator_trace.hpp"

namespace ph {

/// Puts what a network did (with TraceContents::values) into the builder's graph as ONNX operators. `input` is the name of
/// the image; gives the name of the output. The first dimension of every tensor is the batch, which may be of any size.
/// Throws Error(config) for an operator that has no form in this opset, naming operator and layer.
[[nodiscard]] std::string lower_to_onnx(const OperatorTrace& trace, OnnxBuilder& builder,
                                        const std::string& input);

}  // namespace ph
