#include "tensor/convert_type.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace ph {
namespace {

/// A floating format of at most 16 bits below the sign: bits of exponent and fraction.
struct Small {
  int exponent_bits, fraction_bits;
  [[nodiscard]] constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  [[nodiscard]] constexpr std::uint16_t infinity() const {
    return static_cast<std::uint16_t>(((1 << exponent_bits) - 1) << fraction_bits);
  }
};
constexpr Small half{5, 10}, bfloat{8, 7};

// From double, which holds every f32 exactly: one rounding whatever the source. Multiples of the last place are whole
// numbers, so nearbyint() rounds as the format does (to even, the mode that nobody here changes).
std::uint16_t to_small(double value, const Small& format) {
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
  if (std::isnan(value)) {
    const auto quiet = 1 << (format.fraction_bits - 1);
    return static_cast<std::uint16_t>(sign | format.infinity() | quiet);
  }
  if (std::isinf(value)) return static_cast<std::uint16_t>(sign | format.infinity());
  const int lowest = 1 - format.bias();  // exponent of the smallest normal number
  const int exponent = value == 0 ? lowest : std::max(std::ilogb(value), lowest);
  const double places = std::nearbyint(std::ldexp(std::fabs(value), format.fraction_bits - exponent));
  // A carry out of the fraction goes on into the exponent, up to infinity.
  const auto bits = (static_cast<std::uint32_t>(exponent - lowest) << format.fraction_bits) +
                    static_cast<std::uint32_t>(places);
  return static_cast<std::uint16_t>(sign | std::min<std::uint32_t>(bits, format.infinity()));
}

double from_small(std::uint16_t bits, const Small& format) {
  const int fraction = bits & ((1 << format.fraction_bits) - 1);
  const int exponent = (bits & 0x7FFF) >> format.fraction_bits;
  double size = 0;
  if ((bits & format.infinity()) == format.infinity()) {
    size = fraction != 0 ? std::nan("") : HUGE_VAL;
  } else {
    const int whole = exponent == 0 ? fraction : fraction + (1 << format.fraction_bits);
    size = std::ldexp(whole, std::max(exponent, 1) - format.bias() - format.fraction_bits);
  }
  return std::copysign(size, (bits & 0x8000) != 0 ? -1.0 : 1.0);
}

template <class T>
T element(const TensorView& view, std::size_t index) {
  T value;
  std::memcpy(&value, static_cast<const char*>(view.data) + index * sizeof value, sizeof value);
  return value;
}

double read(const TensorView& view, std::size_t index) {
  switch (view.type) {
    case TensorType::f16:
      return from_small(element<std::uint16_t>(view, index), half);
    case TensorType::bf16:
      return from_small(element<std::uint16_t>(view, index), bfloat);
    case TensorType::f32:
      return static_cast<double>(element<float>(view, index));
    default:
      return element<double>(view, index);
  }
}

template <class T>
void store(std::vector<std::byte>& bytes, std::size_t index, T value) {
  std::memcpy(bytes.data() + index * sizeof value, &value, sizeof value);
}

void write(std::vector<std::byte>& bytes, std::size_t index, TensorType type, double value) {
  switch (type) {
    case TensorType::f16:
      return store(bytes, index, to_small(value, half));
    case TensorType::bf16:
      return store(bytes, index, to_small(value, bfloat));
    case TensorType::f32:
      return store(bytes, index, static_cast<float>(value));
    default:
      return store(bytes, index, value);
  }
}

}  // namespace

bool is_floating(TensorType type) noexcept {
  return type == TensorType::f16 || type == TensorType::bf16 || type == TensorType::f32 ||
         type == TensorType::f64;
}

ConvertedTensor convert_type(const TensorView& view, TensorType type) {
  assert(is_floating(view.type) && is_floating(type));
  const auto count = view.bytes() / bytes_of(view.type);
  ConvertedTensor converted;
  converted.bytes.resize(count * bytes_of(type));
  const TensorView made{type, view.shape, converted.bytes.data()};
  for (std::size_t i = 0; i < count; ++i) {
    const double value = read(view, i);
    write(converted.bytes, i, type, value);
    constexpr double safe = 65504;  // the largest number of f16
    if (std::fabs(value) > safe && std::isfinite(value) && std::isinf(read(made, i))) ++converted.overflows;
  }
  return converted;
}

std::vector<double> as_doubles(const TensorView& view) {
  std::vector<double> all(view.bytes() / bytes_of(view.type));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = read(view, i);
  return all;
}

}  // namespace ph
