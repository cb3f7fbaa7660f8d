#pragma once
#include <string>
#include <utility>
#include <vector>

#include "tools/onnx_builder.hpp"

namespace ph {

/// Nodes and constants below one name.
class OnnxPlace {
 public:
  OnnxPlace(OnnxBuilder& builder, std::string name) : builder_(builder), name_(std::move(name)) {}
  std::string operator()(const char* op, std::vector<std::string> inputs,
                         OnnxBuilder::Attributes attributes = {}) {
    return builder_.node(op, name_, std::move(inputs), std::move(attributes));
  }
  std::string cast(const std::string& value, OnnxType to) {
    return (*this)("Cast", {value}, {{"to", static_cast<std::int64_t>(to)}});
  }
  std::string whole(std::int64_t value) { return builder_.whole(name_ + "/number", value); }
  std::string scalar(float value) { return builder_.scalar(name_ + "/number", value); }
  std::string precise(double value) { return builder_.doubles(name_ + "/number", {value}, {}); }
  std::string ints(const std::vector<std::int64_t>& values) { return builder_.ints(name_ + "/list", values); }
  std::string floats(const std::vector<float>& values, const std::vector<std::int64_t>& shape) {
    return builder_.floats(name_ + "/list", values, shape);
  }
  OnnxBuilder& builder() { return builder_; }

 private:
  OnnxBuilder& builder_;
  std::string name_;
};

}  // namespace ph
