#pragma once
#include "onnx/onnx_session.hpp"

namespace ph {

/// Crops for a model's input, of the type that it takes: pixels that a fixed generator draws. `batch` where any size will do.
/// Throws Error(data) for a model that does not take images.
[[nodiscard]] OnnxTensor made_up_crops(const OnnxSession& session, std::int64_t batch);

}  // namespace ph
