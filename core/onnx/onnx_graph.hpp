#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ph {

// An ONNX model in plain types: made without LibTorch, written without its include path (core/README.md).

enum class OnnxType { f32 = 1, u8 = 2, i64 = 7, boolean = 9, f16 = 10, f64 = 11 };  ///< ONNX's numbers

/// A constant of the graph.
struct OnnxTensor {
  std::string name;
  OnnxType type = OnnxType::f32;
  std::vector<std::int64_t> shape;
  const void* data = nullptr;
  std::size_t bytes = 0;
  std::shared_ptr<const void> keep;  ///< owns `data`
};

using OnnxAttribute =
    std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>>;

struct OnnxNode {
  std::string op, name;
  std::vector<std::string> inputs, outputs;  ///< "" for an input that is left out
  std::map<std::string, OnnxAttribute> attributes;
};

/// An input or output of the model.
struct OnnxPort {
  std::string name;
  OnnxType type = OnnxType::f32;
  std::vector<std::int64_t> shape;  ///< -1: the batch, of any size
};

struct OnnxGraph {
  int opset = 17;
  std::string name;
  std::vector<OnnxPort> inputs, outputs;
  std::vector<OnnxTensor> constants;
  std::vector<OnnxNode> nodes;                                ///< each after what it reads
  std::vector<std::pair<std::string, std::string>> metadata;  ///< key and text
};

inline constexpr int min_onnx_opset = 11, max_onnx_opset = 20;

}  // namespace ph
