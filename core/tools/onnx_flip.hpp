#pragma once
#include <string>

#include "tools/onnx_builder.hpp"
#include "tools/onnx_export.hpp"

namespace ph {

/// Adds the mirrored crops behind the others: "image" [N, C, H, W] -> [2 N, C, H, W].
[[nodiscard]] std::string onnx_with_mirrored(OnnxBuilder& builder, const std::string& image,
                                             std::int64_t width);

/// The mean of the first half of a batch and the second, mirrored back. `shape` is the output's with any batch. Throws
/// Error(config) when the keypoints' pairs are not known.
[[nodiscard]] std::string onnx_flip_mean(OnnxBuilder& builder, const std::string& output, const Shape& shape,
                                         const OnnxFacts& facts);

}  // namespace ph
