#include "tools/onnx_builder.hpp"

namespace ph {

std::string OnnxBuilder::unique(const std::string& wanted) {
  auto name = wanted;
  for (int i = 1; !names_.insert(name).second; ++i) name = wanted + "_" + std::to_string(i);
  return name;
}

std::string OnnxBuilder::node(const std::string& op, const std::string& place,
                              std::vector<std::string> inputs, Attributes attributes) {
  const auto name = unique(place.empty() ? op : place + "/" + op);
  graph_.nodes.push_back({op, name, std::move(inputs), {name}, std::move(attributes)});
  return name;
}

void OnnxBuilder::node_to(const std::string& output, const std::string& op, std::vector<std::string> inputs,
                          Attributes attributes) {
  names_.insert(output);
  graph_.nodes.push_back({op, unique(output + "/" + op), std::move(inputs), {output}, std::move(attributes)});
}

template <class T>
std::string OnnxBuilder::add(const std::string& place, OnnxType type, const std::vector<T>& values,
                             std::vector<std::int64_t> shape) {
  const auto held = std::make_shared<const std::vector<T>>(values);
  return constant({place, type, std::move(shape), held->data(), held->size() * sizeof(T), held});
}

std::string OnnxBuilder::floats(const std::string& place, const std::vector<float>& values,
                                std::vector<std::int64_t> shape) {
  return add(place, OnnxType::f32, values, std::move(shape));
}

std::string OnnxBuilder::doubles(const std::string& place, const std::vector<double>& values,
                                 std::vector<std::int64_t> shape) {
  return add(place, OnnxType::f64, values, std::move(shape));
}

std::string OnnxBuilder::ints(const std::string& place, const std::vector<std::int64_t>& values) {
  return add(place, OnnxType::i64, values, {static_cast<std::int64_t>(values.size())});
}

std::string OnnxBuilder::whole(const std::string& place, std::int64_t value) {
  return add(place, OnnxType::i64, std::vector<std::int64_t>{value}, {});
}

std::string OnnxBuilder::constant(OnnxTensor tensor) {
  tensor.name = unique(tensor.name);
  graph_.constants.push_back(std::move(tensor));
  return graph_.constants.back().name;
}

}  // namespace ph
