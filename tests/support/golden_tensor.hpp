#pragma once
#include <ATen/Functions.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace test {

/// Nested lists of numbers as a float64 tensor.
inline at::Tensor tensor_of(const nlohmann::ordered_json& values) {
  if (values.is_number()) return at::full({}, values.get<double>(), at::kDouble);
  std::vector<at::Tensor> rows;
  for (const auto& value : values) rows.push_back(tensor_of(value));
  return at::stack(rows);
}

/// The same as float32: where every golden value is one, the way through double is exact.
inline at::Tensor floats(const nlohmann::ordered_json& values) { return tensor_of(values).to(at::kFloat); }

}  // namespace test
