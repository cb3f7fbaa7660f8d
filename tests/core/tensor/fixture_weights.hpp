#pragma once
// tests/fixtures/weights: files of torch.save, written with what torch reads from them by golden/pth.py.
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tensor/tensor_view.hpp"

namespace test {

inline std::filesystem::path weights_fixture(const std::string& name) {
  return std::filesystem::path(POSEHOST_TEST_DIR "/fixtures/weights") / name;
}

inline const nlohmann::json& expected_weights() {
  static const auto& all =
      *new nlohmann::json(nlohmann::json::parse(std::ifstream(weights_fixture("expected.json"))));
  return all;
}

template <class T>
double element(const void* data, std::size_t index) {
  T value;
  std::memcpy(&value, static_cast<const char*>(data) + index * sizeof value, sizeof value);
  return static_cast<double>(value);
}

inline double half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return bits >> 15 ? -size : size;
}

/// The elements of `view` in order; finite numbers only.
inline std::vector<double> elements(const ph::TensorView& view) {
  using ph::TensorType;
  std::vector<double> all(view.bytes() / ph::bytes_of(view.type));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto bits16 = [&] { return static_cast<std::uint16_t>(element<std::uint16_t>(view.data, i)); };
    switch (view.type) {
      case TensorType::boolean:
      case TensorType::u8:
        all[i] = element<std::uint8_t>(view.data, i);
        break;
      case TensorType::i8:
        all[i] = element<std::int8_t>(view.data, i);
        break;
      case TensorType::i16:
        all[i] = element<std::int16_t>(view.data, i);
        break;
      case TensorType::u16:
        all[i] = bits16();
        break;
      case TensorType::f16:
        all[i] = half(bits16());
        break;
      case TensorType::bf16:
        all[i] = static_cast<double>(std::bit_cast<float>(std::uint32_t{bits16()} << 16));
        break;
      case TensorType::i32:
        all[i] = element<std::int32_t>(view.data, i);
        break;
      case TensorType::u32:
        all[i] = element<std::uint32_t>(view.data, i);
        break;
      case TensorType::f32:
        all[i] = element<float>(view.data, i);
        break;
      case TensorType::f64:
        all[i] = element<double>(view.data, i);
        break;
      case TensorType::i64:
        all[i] = element<std::int64_t>(view.data, i);
        break;
      case TensorType::u64:
        all[i] = element<std::uint64_t>(view.data, i);
        break;
    }
  }
  return all;
}

}  // namespace test
