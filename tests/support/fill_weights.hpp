#pragma once
// Deterministic weights and inputs, the same as tests/golden/weights.py makes: see the formula there.
#include <torch/nn/module.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace test {

inline std::uint64_t fnv1a64(std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

/// Number `i` of the stream named `hash`.
inline std::uint64_t random_bits(std::uint64_t hash, std::uint64_t i) {
  auto z = hash + (i + 1) * 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

/// Uniform in [0, 1), exact in float.
inline double uniform(std::string_view name, std::uint64_t i) {
  return static_cast<double>(random_bits(fnv1a64(name), i) >> 40) / 16777216.0;
}

/// float32 tensor of (u - 0.5) * scale.
inline at::Tensor random_tensor(const std::string& name, const std::vector<std::int64_t>& shape,
                                double scale = 1) {
  auto tensor = at::empty(shape, at::kFloat);
  auto* values = tensor.data_ptr<float>();
  const auto hash = fnv1a64(name);
  for (std::int64_t i = 0; i < tensor.numel(); ++i) {
    const auto u = static_cast<double>(random_bits(hash, static_cast<std::uint64_t>(i)) >> 40) / 16777216.0;
    values[i] = static_cast<float>((u - 0.5) * scale);
  }
  return tensor;
}

inline double weight_scale(const std::string& name, const std::vector<std::int64_t>& shape) {
  if (name.find("final_layer.weight") != std::string::npos) return 0.002;
  double fan_in = 1;
  if (name.find("deconv_layers") != std::string::npos && shape.size() == 4) {
    fan_in = static_cast<double>(shape[0] * shape[2] * shape[3]) / 4;
  } else {
    for (std::size_t i = 1; i < shape.size(); ++i) fan_in *= static_cast<double>(shape[i]);
  }
  return 2.0 * std::sqrt(3.0) * std::sqrt(2.0 / fan_in);
}

/// Whether `name` is the last norm of a residual block: bn3 where the block has one, else bn2.
inline bool is_last_norm(const std::string& name, const std::set<std::string>& all) {
  const auto block = name.substr(0, name.size() - std::string("bn2.weight").size());
  const auto layer = block.find("layer");  // "backbone.layer2.0."
  if (layer == std::string::npos || block.find("deconv") != std::string::npos) return false;
  if (name.ends_with(".bn3.weight")) return true;
  return name.ends_with(".bn2.weight") && !all.count(block + "bn3.weight");
}

inline at::Tensor filled(const std::string& name, const std::vector<std::int64_t>& shape,
                         const std::set<std::string>& all) {
  const auto kind = name.substr(name.rfind('.') + 1);
  if (kind == "running_var") return at::ones(shape);
  if (kind != "weight") return at::zeros(shape);
  if (shape.size() == 1) return at::full(shape, is_last_norm(name, all) ? 0.5 : 1.0);
  return random_tensor(name, shape, weight_scale(name, shape));
}

/// Sets all parameters and buffers of a network whose names are mmpose 0.x's.
inline void fill_weights(torch::nn::Module& module) {
  torch::NoGradGuard no_grad;
  std::set<std::string> all;
  for (const auto& item : module.named_parameters()) all.insert(item.key());
  const auto fill = [&](const std::string& name, at::Tensor tensor) {
    tensor.copy_(filled(name, tensor.sizes().vec(), all));
  };
  for (const auto& item : module.named_parameters()) fill(item.key(), item.value());
  for (const auto& item : module.named_buffers()) fill(item.key(), item.value());
}

}  // namespace test
