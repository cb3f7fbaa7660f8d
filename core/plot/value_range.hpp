#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

namespace ph {

/// From the least to the greatest of the numbers it was given; what is not finite does not count.
struct ValueRange {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void take(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  [[nodiscard]] bool empty() const { return low > high; }
};

}  // namespace ph
