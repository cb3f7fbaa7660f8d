#pragma once
#include <string>

#include "tools/onnx_builder.hpp"
#include "tools/onnx_export.hpp"

namespace ph {

/// Adds "keypoints" and "scores": what PoseModel::predict() makes of such an output, by the facts' test_cfg.
void onnx_decode(OnnxBuilder& builder, const std::string& output, const Shape& shape, const OnnxFacts& facts);

}  // namespace ph
