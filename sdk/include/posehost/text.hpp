// SPDX-License-Identifier: MIT
//
// Text composed at compile time: the JSON of notes and schemas. Internal to the SDK.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ph::detail {

// Text of a known length, in static storage; not terminated.
template <std::size_t N>
struct FixedText {
  char data[N > 0 ? N : 1];
  static constexpr std::size_t size = N;
  constexpr std::string_view view() const noexcept { return {data, N}; }
};

// What a text is written to: first a counter, then an array of the counted size.
struct TextCounter {
  std::size_t size = 0;
  constexpr void put(char) noexcept { ++size; }
};
struct TextWriter {
  char* out;
  std::size_t size = 0;
  constexpr void put(char c) noexcept { out[size++] = c; }
};

template <class Out>
constexpr void put(Out& out, std::string_view text) {
  for (const char c : text) out.put(c);
}

// A JSON string; UTF-8 passes as it is.
template <class Out>
constexpr void put_string(Out& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  out.put('"');
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.put('\\');
      out.put(c);
    } else if (code < 0x20) {
      put(out, "\\u00");
      out.put(digits[code >> 4]);
      out.put(digits[code & 15]);
    } else {
      out.put(c);
    }
  }
  out.put('"');
}

template <class Out>
constexpr void put_unsigned(Out& out, std::uint64_t value) {
  char reversed[20] = {};
  std::size_t n = 0;
  do {
    reversed[n++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (n > 0) out.put(reversed[--n]);
}

template <class Out>
constexpr void put_integer(Out& out, std::int64_t value) {
  if (value < 0) out.put('-');
  put_unsigned(out, value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value));
}

// digits * 10^exponent.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

// The shortest decimal that reads back as `value` (>= 0). The quotient or product of two doubles
// that are exact integers (below 2^53, a power of ten up to 10^22) is correctly rounded, as is a
// JSON parser's result, so comparing here is comparing there. Numbers that need more are refused.
constexpr Decimal shortest_decimal(double value) {
  if (!(value < 1e38)) throw "number is not finite or too large for a note";
  constexpr double exact = 9007199254740992.0;  // 2^53
  double power = 1;
  for (int k = 0; k <= 22; ++k, power *= 10) {
    const double scaled = value * power;
    if (scaled > exact) break;
    const auto near = static_cast<std::uint64_t>(scaled + 0.5);
    for (std::uint64_t digits = near > 0 ? near - 1 : 0; digits <= near + 1; ++digits)
      if (static_cast<double>(digits) / power == value) return {digits, -k};
  }
  power = 1e22;
  for (int k = 22; k >= 1; --k, power /= 10) {
    const double scaled = value / power;
    if (scaled > exact) continue;
    const auto digits = static_cast<std::uint64_t>(scaled + 0.5);
    if (static_cast<double>(digits) * power == value) return {digits, k};
  }
  throw "number has no short decimal form: write one with fewer digits, between 1e-22 and 1e22";
}

constexpr int count_digits(std::uint64_t value) {
  int n = 1;
  for (; value >= 10; value /= 10) ++n;
  return n;
}

// A JSON number. `real` writes 1 as 1.0.
template <class Out>
constexpr void put_number(Out& out, double value, bool real = false) {
  if (value < 0) out.put('-');
  const Decimal decimal = shortest_decimal(value < 0 ? -value : value);
  if (decimal.exponent > 0 || decimal.exponent < -6) {
    put_unsigned(out, decimal.digits);
    out.put('e');
    put_integer(out, decimal.exponent);
    return;
  }
  std::uint64_t unit = 1;
  for (int k = 0; k < -decimal.exponent; ++k) unit *= 10;
  put_unsigned(out, decimal.digits / unit);
  if (decimal.exponent == 0) {
    if (real) put(out, ".0");
    return;
  }
  const std::uint64_t fraction = decimal.digits % unit;
  out.put('.');
  for (int k = count_digits(fraction); k < -decimal.exponent; ++k) out.put('0');
  put_unsigned(out, fraction);
}

}  // namespace ph::detail
