#include "tensor/sha256.hpp"

#include "fixture_weights.hpp"
#include "support/catch.hpp"

TEST_CASE("SHA-256 of the standard's examples", "[sha256]") {
  // NIST's examples for FIPS 180: one block, two blocks, a million times "a".
  CHECK(ph::sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(ph::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(ph::sha256(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 of any length is hashlib's", "[sha256][golden]") {
  std::string data;
  for (int i = 0; i < 100000; ++i) data += static_cast<char>(i % 251);
  for (const auto& [length, hash] : test::expected_weights().at("sha256").items()) {
    CAPTURE(length);
    CHECK(ph::sha256(std::string_view(data).substr(0, std::stoul(length))) == hash);
  }
}
