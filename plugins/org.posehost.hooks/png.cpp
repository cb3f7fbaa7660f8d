// SPDX-License-Identifier: Apache-2.0
#include "png.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace {

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}();

void put_big(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xFF));
}

void put_chunk(std::string& out, std::string_view type, std::string_view data) {
  put_big(out, static_cast<std::uint32_t>(data.size()));
  const auto begin = out.size();
  out.append(type).append(data);
  std::uint32_t crc = ~0u;
  for (auto i = begin; i < out.size(); ++i)
    crc = crc_table[(crc ^ static_cast<unsigned char>(out[i])) & 0xFF] ^ (crc >> 8);
  put_big(out, ~crc);
}

// A zlib stream of stored blocks, each at most 65 535 bytes.
std::string stored(const std::string& data) {
  constexpr std::size_t block = 65535;
  std::string out("\x78\x01", 2);
  std::uint32_t a = 1, b = 0;  // Adler-32
  for (const char c : data) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  for (std::size_t at = 0; at < data.size(); at += block) {
    const auto n = static_cast<std::uint32_t>(std::min(block, data.size() - at));
    out.push_back(at + n == data.size() ? '\1' : '\0');
    for (const std::uint32_t length : {n, ~n}) {
      out.push_back(static_cast<char>(length & 0xFF));
      out.push_back(static_cast<char>(length >> 8 & 0xFF));
    }
    out.append(data, at, n);
  }
  put_big(out, b << 16 | a);
  return out;
}

}  // namespace

std::string encode_png(const std::uint8_t* pixels, std::int64_t width, std::int64_t height,
                       std::int64_t channels, std::int64_t stride) {
  std::string rows;
  rows.reserve(static_cast<std::size_t>((width * channels + 1) * height));
  for (std::int64_t y = 0; y < height; ++y) {
    rows.push_back('\0');  // this row is not filtered
    rows.append(reinterpret_cast<const char*>(pixels + y * stride),
                static_cast<std::size_t>(width * channels));
  }
  std::string header;
  put_big(header, static_cast<std::uint32_t>(width));
  put_big(header, static_cast<std::uint32_t>(height));
  header.push_back(8);  // bits
  header.push_back(static_cast<char>(channels == 1 ? 0 : channels == 3 ? 2 : 6));
  header.append(3, '\0');
  std::string png("\x89PNG\r\n\x1a\n", 8);
  put_chunk(png, "IHDR", header);
  put_chunk(png, "IDAT", stored(rows));
  put_chunk(png, "IEND", {});
  return png;
}
