#pragma once
#include <filesystem>
#include <string>

#include "onnx/onnx_graph.hpp"

namespace ph {

/// The bytes of an ONNX file; equal graphs give equal bytes. What ONNX's own checker finds wrong is an Error(internal), where
/// the installed checker knows the opset. Throws Error(environment) for more than the 2 GB that the format can hold.
[[nodiscard]] std::string onnx_bytes(const OnnxGraph& graph);

/// Writes them beside `path` and renames; on failure `path` is as it was. Throws Error.
void write_onnx(const std::filesystem::path& path, const OnnxGraph& graph);

}  // namespace ph
