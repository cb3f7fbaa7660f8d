#pragma once
#include <set>
#include <string>
#include <vector>

#include "onnx/onnx_graph.hpp"

namespace ph {

/// Puts nodes and constants into a graph under names that nothing else has.
class OnnxBuilder {
 public:
  explicit OnnxBuilder(OnnxGraph& graph) : graph_(graph) {
    for (const auto& port : graph.inputs) names_.insert(port.name);
  }
  [[nodiscard]] int opset() const noexcept { return graph_.opset; }

  using Attributes = std::map<std::string, OnnxAttribute>;
  /// Adds a node with one output; gives the output's name. Names begin with `place`.
  std::string node(const std::string& op, const std::string& place, std::vector<std::string> inputs,
                   Attributes attributes = {});
  /// The same with the output's name given.
  void node_to(const std::string& output, const std::string& op, std::vector<std::string> inputs,
               Attributes attributes = {});

  // Constants: their names.
  std::string floats(const std::string& place, const std::vector<float>& values,
                     std::vector<std::int64_t> shape);
  std::string doubles(const std::string& place, const std::vector<double>& values,
                      std::vector<std::int64_t> shape);
  std::string ints(const std::string& place, const std::vector<std::int64_t>& values);
  std::string scalar(const std::string& place, float value) { return floats(place, {value}, {}); }
  std::string whole(const std::string& place, std::int64_t value);
  /// A tensor that somebody else holds.
  std::string constant(OnnxTensor tensor);

 private:
  std::string unique(const std::string& wanted);
  template <class T>
  std::string add(const std::string& place, OnnxType type, const std::vector<T>& values,
                  std::vector<std::int64_t> shape);
  OnnxGraph& graph_;
  std::set<std::string> names_;
};

}  // namespace ph
