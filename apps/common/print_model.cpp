#include "common/print_model.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace {

const char* type_text(ph::OnnxType type) {
  switch (type) {
    case ph::OnnxType::f32:
      return "float32";
    case ph::OnnxType::u8:
      return "uint8";
    case ph::OnnxType::i64:
      return "int64";
    default:
      return "another type";
  }
}

ph::Json to_json(const std::vector<ph::OnnxPort>& ports) {
  auto all = ph::Json::array();
  for (const auto& port : ports)
    all.push_back({{"name", port.name}, {"type", type_text(port.type)}, {"shape", port.shape}});
  return all;
}

}  // namespace

std::string model_shape(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const auto size : shape)
    text += (text.empty() ? "" : " x ") + (size < 0 ? "batch" : std::to_string(size));
  return text;
}

void print_ports(const ph::OnnxSession& session) {
  const auto print = [](const char* what, const std::vector<ph::OnnxPort>& ports) {
    for (const auto& port : ports)
      std::printf("%-7s %-12s %-8s %s\n", what, port.name.c_str(), type_text(port.type),
                  model_shape(port.shape).c_str());
  };
  print("input", session.inputs());
  print("output", session.outputs());
}

ph::Json ports_json(const ph::OnnxSession& session) {
  return {{"onnxruntime", session.runtime_version()},
          {"inputs", to_json(session.inputs())},
          {"outputs", to_json(session.outputs())}};
}
