#pragma once
#include <cstdint>
#include <vector>

namespace ph {

/// Weights of OpenCV's Gaussian blur of `size` pixels (odd) whose deviation is left to OpenCV:
/// 0.3 ((size - 1) / 2 - 1) + 0.8, with tables of its own for small sizes. Their sum is 1.
[[nodiscard]] std::vector<float> gaussian_kernel(std::int64_t size);

/// OpenCV's default border: pixel `i` of a line of `side` pixels that goes on mirrored at both ends, the
/// end pixel itself not repeated (…2 1 0 1 2…).
[[nodiscard]] constexpr std::int64_t mirrored_index(std::int64_t i, std::int64_t side) noexcept {
  if (side == 1) return 0;
  const std::int64_t period = 2 * (side - 1);
  i %= period;
  if (i < 0) i += period;
  return i < side ? i : period - i;
}

}  // namespace ph
