#pragma once
#include <string>

#include "config/node.hpp"
#include "onnx/onnx_session.hpp"

/// "batch x 3 x 256 x 192"
[[nodiscard]] std::string model_shape(const std::vector<std::int64_t>& shape);
/// A line for each input and output: "input  image  float32  batch x 3 x 256 x 192".
void print_ports(const ph::OnnxSession& session);
[[nodiscard]] ph::Json ports_json(const ph::OnnxSession& session);
