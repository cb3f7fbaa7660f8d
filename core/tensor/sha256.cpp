// Names and steps as in FIPS 180-4, sections 4.1.2, 4.2.2, 5.1.1, 5.3.3 and 6.2.2.
#include "tensor/sha256.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace ph {
namespace {

using Word = std::uint32_t;
constexpr std::size_t block_bytes = 64;

// Section 4.2.2 defines K as the first 32 bits of the fractions of the cube roots of the first 64 primes,
// section 5.3.3 the initial value as those of the square roots of the first eight: both are worked out.
constexpr bool is_prime(Word n) {
  for (Word d = 2; d * d <= n; ++d) {
    if (n % d == 0) return false;
  }
  return true;
}

/// The first 32 bits after the point of the root of `n` of degree 2 or 3: floor(root(n) * 2^32), low half.
constexpr Word root_fraction(Word n, int degree) {
  __extension__ using Wide = unsigned __int128;
  std::uint64_t root = 0;
  for (int bit = 36; bit-- > 0;) {
    const std::uint64_t trial = root | std::uint64_t{1} << bit;
    // trial^degree <= n * 2^(32 * degree), with the last 32 bits of both sides put aside for the cube.
    const Wide square = Wide{trial} * trial;
    const bool fits =
        degree == 2 ? square <= Wide{n} << 64
                    : (square >> 32) * trial + (((square & 0xffffffffU) * trial) >> 32) < (Wide{n} << 64);
    if (fits) root = trial;
  }
  return static_cast<Word>(root);
}

template <std::size_t Count>
constexpr std::array<Word, Count> root_table(int degree) {
  std::array<Word, Count> table{};
  Word prime = 2;
  for (auto& entry : table) {
    while (!is_prime(prime)) ++prime;
    entry = root_fraction(prime++, degree);
  }
  return table;
}

constexpr auto K = root_table<64>(3);
constexpr auto initial = root_table<8>(2);
static_assert(K[0] == 0x428a2f98 && initial[0] == 0x6a09e667, "the standard's first values");

Word big_endian(const char* bytes) {
  Word word = 0;
  for (int i = 0; i < 4; ++i) word = word << 8 | static_cast<unsigned char>(bytes[i]);
  return word;
}

void add_block(std::array<Word, 8>& hash, const char* block) {
  using std::rotr;
  std::array<Word, 64> w;
  for (std::size_t t = 0; t < 16; ++t) w[t] = big_endian(block + 4 * t);
  for (std::size_t t = 16; t < 64; ++t) {
    const Word s0 = rotr(w[t - 15], 7) ^ rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
    const Word s1 = rotr(w[t - 2], 17) ^ rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
    w[t] = s1 + w[t - 7] + s0 + w[t - 16];
  }
  auto [a, b, c, d, e, f, g, h] = hash;
  for (std::size_t t = 0; t < 64; ++t) {
    const Word sum1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25), choice = (e & f) ^ (~e & g);
    const Word sum0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22), majority = (a & b) ^ (a & c) ^ (b & c);
    const Word t1 = h + sum1 + choice + K[t] + w[t], t2 = sum0 + majority;
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const std::array<Word, 8> worked{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < hash.size(); ++i) hash[i] += worked[i];
}

}  // namespace

std::string sha256(std::string_view bytes) {
  auto hash = initial;
  std::size_t at = 0;
  for (; bytes.size() - at >= block_bytes; at += block_bytes) add_block(hash, bytes.data() + at);
  // What is left, a bit 1, zeros, and the length in bits as 64 bits, big-endian: one block or two.
  std::array<char, 2 * block_bytes> tail{};
  const auto left = bytes.size() - at;
  if (left > 0) std::memcpy(tail.data(), bytes.data() + at, left);
  tail[left] = static_cast<char>(0x80);
  const auto end = left + 9 <= block_bytes ? block_bytes : 2 * block_bytes;
  auto bits = std::uint64_t{bytes.size()} * 8;
  for (auto i = end; bits > 0; bits >>= 8) tail[--i] = static_cast<char>(bits);
  for (std::size_t i = 0; i < end; i += block_bytes) add_block(hash, tail.data() + i);

  std::string text;
  for (const auto word : hash) {
    for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[word >> shift & 15U];
  }
  return text;
}

}  // namespace ph
