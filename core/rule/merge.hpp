#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ph {

/// Numbers things by equality, in the order in which they come, in time that grows with their number
/// only: a run may have as many groups as parameters. Allocates in reserve() alone.
class MergeTable {
 public:
  void reserve(std::size_t most) {
    std::size_t size = 4;
    while (size < 2 * most) size *= 2;
    slots_.assign(size, empty);
    first_.reserve(most);
  }
  void clear() {
    slots_.assign(slots_.size(), empty);
    first_.clear();
  }
  /// The number of the class that `item` belongs to; a new one if it equals none before.
  /// equal(other) compares it with an item added earlier.
  template <class Equal>
  std::size_t add(std::size_t item, std::uint64_t hash, const Equal& equal) {
    const auto mask = slots_.size() - 1;
    for (auto at = static_cast<std::size_t>(hash ^ (hash >> 32)) & mask;; at = (at + 1) & mask) {
      if (slots_[at] == empty) {
        slots_[at] = first_.size();
        first_.push_back(item);
        return slots_[at];
      }
      if (equal(first_[slots_[at]])) return slots_[at];
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return first_.size(); }
  /// The item that made class `number`.
  [[nodiscard]] std::size_t first(std::size_t number) const noexcept { return first_[number]; }

 private:
  static constexpr std::size_t empty = static_cast<std::size_t>(-1);
  std::vector<std::size_t> slots_, first_;
};

/// One more word in a hash.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t word) noexcept {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
  return hash ^ (hash >> 29);
}

}  // namespace ph
