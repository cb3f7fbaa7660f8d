#include "tensor/crc32.hpp"

#include "support/catch.hpp"

TEST_CASE("CRC-32 gives the standard's check value, in one piece and in two", "[crc32]") {
  CHECK(ph::crc32("") == 0);
  CHECK(ph::crc32("123456789") == 0xCBF43926);
  for (std::size_t cut = 0; cut <= 9; ++cut) {
    const std::string_view text = "123456789";
    CHECK(ph::crc32(text.substr(cut), ph::crc32(text.substr(0, cut))) == 0xCBF43926);
  }
  CHECK(ph::crc32(std::string(100, 'a')) == 0xAF707A64);  // zlib's
}
