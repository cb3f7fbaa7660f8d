#include "metric/oks_matching.hpp"

#include <algorithm>

namespace ph {
namespace {

constexpr double nearly_one = 1 - 1e-10;

// One area range: the order in which objects are tried, those that count first.
class Matching {
 public:
  Matching(const OksGroup& group, const AreaRange& range) : group_(group), range_(range) {
    const auto count = group.objects.size();
    for (const bool ignored : {false, true}) {
      for (std::size_t i = 0; i < count; ++i) {
        if (is_ignored(group.objects[i]) == ignored) order_.push_back(i);
      }
      if (!ignored) asked_for_ = order_.size();
    }
  }

  [[nodiscard]] std::size_t asked_for() const { return asked_for_; }

  void run(double threshold, std::vector<Outcome>& outcomes) {
    taken_.assign(order_.size(), false);
    for (std::size_t result = 0; result < group_.results.size(); ++result) {
      const auto found = best(result, threshold);
      if (found == order_.size()) {
        outcomes.push_back(is_outside(group_.results[result].area) ? Outcome::left_out : Outcome::wrong);
      } else {
        taken_[found] = true;
        outcomes.push_back(found < asked_for_ ? Outcome::right : Outcome::left_out);
      }
    }
  }

 private:
  [[nodiscard]] bool is_outside(double area) const { return area < range_.least || area > range_.most; }
  [[nodiscard]] bool is_ignored(const OksGroup::Object& object) const {
    return object.ignored || is_outside(object.area);
  }

  // Position in order_; its size when nothing is like enough. Of equals the last one, as in pycocotools.
  [[nodiscard]] std::size_t best(std::size_t result, double threshold) const {
    const double* similarity = &group_.similarity[result * order_.size()];
    double least = std::min(threshold, nearly_one);
    std::size_t found = order_.size();
    for (std::size_t i = 0; i < order_.size(); ++i) {
      if (taken_[i] && !group_.objects[order_[i]].crowd) continue;
      if (found < asked_for_ && i >= asked_for_) break;
      if (similarity[order_[i]] < least) continue;
      least = similarity[order_[i]];
      found = i;
    }
    return found;
  }

  const OksGroup& group_;
  AreaRange range_;
  std::vector<std::size_t> order_;
  std::vector<bool> taken_;
  std::size_t asked_for_ = 0;
};

}  // namespace

const std::array<double, oks_thresholds>& oks_threshold_values() {
  static const auto values = [] {
    std::array<double, oks_thresholds> made{};
    constexpr double step = (0.95 - 0.5) / (oks_thresholds - 1);
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<double>(i) * step + 0.5;
    made.back() = 0.95;
    return made;
  }();
  return values;
}

void match_oks(const OksGroup& group, OksMatches& matches) {
  for (const auto& result : group.results) matches.scores.push_back(result.score);
  for (std::size_t range = 0; range < area_ranges.size(); ++range) {
    Matching matching(group, area_ranges[range]);
    matches.asked_for[range] += matching.asked_for();
    for (std::size_t t = 0; t < oks_thresholds; ++t) {
      matching.run(oks_threshold_values()[t], matches.outcomes[range][t]);
    }
  }
}

}  // namespace ph
