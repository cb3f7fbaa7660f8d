#pragma once
#include "metric/oks_evaluation.hpp"
#include "metric/oks_matching.hpp"

namespace ph {

/// Precision at 101 recalls and the largest recall of each category, and their means.
class OksPrecision {
 public:
  /// One category, all of its images.
  void add(const OksMatches& matches);
  [[nodiscard]] OksSummary summary() const;

 private:
  struct Sums {
    double precision = 0, recall = 0;  ///< precision is a mean over recalls
    std::size_t categories = 0;
  };
  std::array<std::array<Sums, oks_thresholds>, area_ranges.size()> sums_{};
};

}  // namespace ph
