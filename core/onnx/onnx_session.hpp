#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "onnx/onnx_graph.hpp"

namespace ph {

/// Where ONNX Runtime's library is: $POSEHOST_ONNXRUNTIME (the library or its folder), the Python environment of
/// $POSEHOST_ONNX_PYTHON, else the dynamic loader's. Throws Error(environment) when there is none.
[[nodiscard]] std::filesystem::path find_onnxruntime();

/// A tensor that a model gave.
struct OnnxResult {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

/// An ONNX file opened by ONNX Runtime on the CPU, through its C interface, which is loaded at run time: posehost neither
/// links it nor needs its headers. Throws Error(environment) without the library, Error(data) for a file that it does not
/// take. One thread at a time.
class OnnxSession {
 public:
  OnnxSession(const std::filesystem::path& model, int threads);
  [[nodiscard]] const std::vector<OnnxPort>& inputs() const noexcept;
  [[nodiscard]] const std::vector<OnnxPort>& outputs() const noexcept;
  /// What the file says of itself under `key`; "" when nothing.
  [[nodiscard]] std::string metadata(const std::string& key) const;
  [[nodiscard]] const std::string& runtime_version() const noexcept;
  /// All outputs, which have to be float32. `tensors`: one for each input, by its name.
  [[nodiscard]] std::vector<OnnxResult> run(const std::vector<OnnxTensor>& tensors) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace ph
