#include "tensor/convert_type.hpp"

#include <cstring>

#include "support/catch.hpp"
#include "support/golden.hpp"

namespace {

std::vector<std::uint16_t> as_bits(const ph::ConvertedTensor& tensor) {
  std::vector<std::uint16_t> bits(tensor.bytes.size() / 2);
  std::memcpy(bits.data(), tensor.bytes.data(), tensor.bytes.size());
  return bits;
}

}  // namespace

TEST_CASE("float32 is rounded to 16 bits as torch does", "[convert][golden]") {
  const auto& golden = test::golden("convert.json")["rounding"];
  const auto bits = golden["f32"].get<std::vector<std::uint32_t>>();
  const ph::TensorView view{ph::TensorType::f32, {static_cast<std::int64_t>(bits.size())}, bits.data()};
  const auto [type, name] = GENERATE(
      table<ph::TensorType, std::string>({{ph::TensorType::f16, "f16"}, {ph::TensorType::bf16, "bf16"}}));
  CAPTURE(name);
  const auto converted = ph::convert_type(view, type);
  CHECK(as_bits(converted) == golden[name].get<std::vector<std::uint16_t>>());
  CHECK(converted.overflows > 0);
}

TEST_CASE("16 bits become float32 and come back as they were", "[convert]") {
  const auto type = GENERATE(ph::TensorType::f16, ph::TensorType::bf16);
  std::vector<std::uint16_t> all;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const std::uint32_t infinity = type == ph::TensorType::f16 ? 0x7C00 : 0x7F80;
    if ((bits & 0x7FFF) <= infinity) all.push_back(static_cast<std::uint16_t>(bits));  // the rest is NaN
  }
  const ph::TensorView view{type, {static_cast<std::int64_t>(all.size())}, all.data()};
  const auto wide = ph::convert_type(view, ph::TensorType::f32);
  CHECK(wide.overflows == 0);
  CHECK(as_bits(ph::convert_type({ph::TensorType::f32, view.shape, wide.bytes.data()}, type)) == all);
}

TEST_CASE("a number is rounded once, from double as well", "[convert]") {
  // Just above the middle of two float16; in float32 it would be the middle, and go to the even one.
  const double value = 1 + 0x1p-11 + 0x1p-40;
  const ph::TensorView view{ph::TensorType::f64, {1}, &value};
  CHECK(as_bits(ph::convert_type(view, ph::TensorType::f16)) == std::vector<std::uint16_t>{0x3C01});
  const float beyond = 70000;
  CHECK(ph::convert_type({ph::TensorType::f32, {}, &beyond}, ph::TensorType::f16).overflows == 1);
  CHECK(ph::convert_type({ph::TensorType::f32, {}, &beyond}, ph::TensorType::bf16).overflows == 0);
  CHECK(ph::convert_type({ph::TensorType::f32, {0, 3}, nullptr}, ph::TensorType::f16).bytes.empty());
}
