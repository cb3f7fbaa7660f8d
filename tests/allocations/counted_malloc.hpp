#pragma once
#include <cstdint>

namespace test {

/// Counts what the whole process allocates while it lives, on all threads, plugins and LibTorch included. This
/// program's malloc and its kin go through the counter.
class CountedAllocations {
 public:
  CountedAllocations() noexcept;
  ~CountedAllocations();
  CountedAllocations(const CountedAllocations&) = delete;
  CountedAllocations& operator=(const CountedAllocations&) = delete;
  [[nodiscard]] std::int64_t count() const noexcept;
  [[nodiscard]] std::int64_t bytes() const noexcept;
};

}  // namespace test
