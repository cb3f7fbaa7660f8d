#include "tensor/crc32.hpp"

#include <array>
#include <cstring>

namespace ph {
namespace {

constexpr std::size_t slices = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, slices>;

// Table k has the effect of a byte with k bytes after it, so that eight bytes are looked up side by side.
constexpr Tables make_tables() {
  constexpr std::uint32_t polynomial = 0xEDB88320;
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? polynomial : 0);
    tables[0][byte] = value;
  }
  for (std::size_t k = 1; k < slices; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const auto value = tables[k - 1][byte];
      tables[k][byte] = (value >> 8) ^ tables[0][value & 0xFF];
    }
  }
  return tables;
}
constexpr Tables tables = make_tables();

}  // namespace

std::uint32_t crc32(std::string_view bytes, std::uint32_t before) noexcept {
  std::uint32_t crc = ~before;
  while (bytes.size() >= slices) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes.data(), slices);  // little-endian, as the machine is
    eight ^= crc;
    crc = 0;
    for (std::size_t k = 0; k < slices; ++k) crc ^= tables[slices - 1 - k][(eight >> (8 * k)) & 0xFF];
    bytes.remove_prefix(slices);
  }
  for (const char c : bytes) crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~crc;
}

}  // namespace ph
