// SPDX-License-Identifier: MIT
//
// A number of 16 bits, the upper half of a 32-bit float: for storing and for Linalg::gemm (services.hpp).
#pragma once
#include <cstdint>
#include <cstring>

namespace ph {

struct bfloat16 {
  std::uint16_t bits = 0;

  bfloat16() = default;
  // To the nearest, ties to even; a NaN stays one.
  explicit bfloat16(float value) noexcept {
    std::uint32_t whole = 0;
    std::memcpy(&whole, &value, sizeof whole);
    const std::uint32_t nearest = (whole + 0x7FFFU + ((whole >> 16) & 1U)) >> 16;
    bits = static_cast<std::uint16_t>(value != value ? 0x7FC0U : nearest);
  }
  explicit operator float() const noexcept {
    const std::uint32_t whole = static_cast<std::uint32_t>(bits) << 16;
    float value = 0;
    std::memcpy(&value, &whole, sizeof value);
    return value;
  }
};

}  // namespace ph
