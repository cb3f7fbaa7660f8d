#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace ph {

inline constexpr std::size_t max_results = 20;  ///< of an image and category, the best ones
inline constexpr std::size_t oks_thresholds = 10;
/// .50:.05:.95 as numpy's linspace gives them.
[[nodiscard]] const std::array<double, oks_thresholds>& oks_threshold_values();

/// Sizes of objects that numbers are given for, in square pixels, both ends included.
struct AreaRange {
  double least, most;
};
inline constexpr std::array<AreaRange, 3> area_ranges{
    {{0, 1e10}, {32 * 32, 96 * 96}, {96 * 96, 1e10}}};  // all, medium, large

/// Objects and results of one category in one image.
struct OksGroup {
  struct Object {
    std::size_t index;  ///< in the truth
    double area;
    bool crowd, ignored;  ///< ignored: not asked for, whatever its size
  };
  struct Result {
    std::size_t index;
    double score, area;
  };
  std::vector<Object> objects;
  std::vector<Result> results;     ///< best first, at most max_results
  std::vector<double> similarity;  ///< OKS, results by objects

  void clear() {
    objects.clear();
    results.clear();
  }
};

enum class Outcome : std::uint8_t { wrong, right, left_out };

/// What became of all results of a category, image after image.
struct OksMatches {
  std::vector<double> scores;
  /// By area range and threshold, as long as scores.
  std::array<std::array<std::vector<Outcome>, oks_thresholds>, area_ranges.size()> outcomes;
  std::array<std::size_t, area_ranges.size()> asked_for{};  ///< objects that count
};

/// Gives each result, best first, the object that is most like it and still free, objects that count before
/// ignored ones; appends the outcomes.
void match_oks(const OksGroup& group, OksMatches& matches);

}  // namespace ph
