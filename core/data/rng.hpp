#pragma once
#include <cstdint>
#include <string_view>

namespace ph {

/// What a stream of random numbers is for. Equal keys give equal numbers on any machine and with any
/// number of threads, which is what makes a resumed run draw what an unbroken one would have.
struct DrawKey {
  std::uint64_t seed = 0;
  std::int64_t epoch = 0;
  std::int64_t index = 0;     ///< instance of the data set
  std::uint32_t purpose = 0;  ///< purpose_of("TopDownRandomFlip")
};

/// A number for a name (FNV-1a); `nth` tells apart two uses under one name.
[[nodiscard]] constexpr std::uint32_t purpose_of(std::string_view name, std::uint32_t nth = 0) noexcept {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return (hash ^ nth) * 16777619U;
}

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): a counter in,
/// random bits out, no state but the counter. Not for secrets.
class Rng {
 public:
  explicit Rng(const DrawKey& key) noexcept;

  std::uint32_t bits() noexcept;
  double uniform() noexcept;                          ///< [0, 1), 53 bits
  double uniform(double low, double high) noexcept;   ///< [low, high)
  double normal() noexcept;                           ///< mean 0, deviation 1 (Box-Muller, one of the pair)
  std::uint64_t below(std::uint64_t bound) noexcept;  ///< [0, bound), unbiased; bound > 0

 private:
  std::uint32_t key_[2], counter_[4], block_[4];
  int left_ = 0;  // words of block_ not yet given out
};

}  // namespace ph
