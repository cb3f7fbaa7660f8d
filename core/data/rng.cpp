#include "data/rng.hpp"

#include <cmath>
#include <numbers>

namespace ph {
namespace {

// Constants of the paper.
constexpr std::uint32_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
constexpr std::uint32_t weyl_0 = 0x9E3779B9, weyl_1 = 0xBB67AE85;
constexpr int rounds = 10;

void philox(const std::uint32_t counter[4], const std::uint32_t key[2], std::uint32_t out[4]) noexcept {
  std::uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  std::uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t p0 = std::uint64_t{multiplier_0} * c0, p1 = std::uint64_t{multiplier_1} * c2;
    const auto high_0 = static_cast<std::uint32_t>(p0 >> 32), high_1 = static_cast<std::uint32_t>(p1 >> 32);
    c0 = high_1 ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(p1);
    c2 = high_0 ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(p0);
    k0 += weyl_0;
    k1 += weyl_1;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

}  // namespace

// Counter word 0 counts blocks; the other three hold epoch, index and purpose. An index above 32 bits
// folds its upper half into the epoch's word: no data set gets near it.
Rng::Rng(const DrawKey& key) noexcept
    : key_{static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)},
      counter_{0, static_cast<std::uint32_t>(key.epoch) ^ static_cast<std::uint32_t>(key.index >> 32),
               static_cast<std::uint32_t>(key.index), key.purpose},
      block_{} {}

std::uint32_t Rng::bits() noexcept {
  if (left_ == 0) {
    philox(counter_, key_, block_);
    ++counter_[0];
    left_ = 4;
  }
  return block_[4 - left_--];
}

double Rng::uniform() noexcept {
  const std::uint64_t high = bits() >> 5, low = bits() >> 6;  // 27 + 26 bits
  return static_cast<double>((high << 26) | low) * 0x1p-53;
}

double Rng::uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }

double Rng::normal() noexcept {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));  // 1 - u is in (0, 1]
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

std::uint64_t Rng::below(std::uint64_t bound) noexcept {
  // Values from `limit` up would favour the small remainders; they are drawn again.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    const std::uint64_t high = bits();
    const std::uint64_t value = (high << 32) | bits();
    if (value < limit) return value % bound;
  }
}

}  // namespace ph
