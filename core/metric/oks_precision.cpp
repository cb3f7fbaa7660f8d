#include "metric/oks_precision.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace ph {
namespace {

constexpr std::size_t recalls = 101;

double recall_value(std::size_t i) { return i + 1 == recalls ? 1.0 : static_cast<double>(i) * 0.01; }

struct Curve {
  std::vector<double> recall, precision;

  // Results that are left out change nothing and are passed over.
  void draw(const std::vector<Outcome>& outcomes, const std::vector<std::uint32_t>& order, double asked_for) {
    constexpr double spacing = std::numeric_limits<double>::epsilon();
    recall.clear();
    precision.clear();
    double right = 0, wrong = 0;
    for (const auto i : order) {
      if (outcomes[i] == Outcome::left_out) continue;
      (outcomes[i] == Outcome::right ? right : wrong) += 1;
      recall.push_back(right / asked_for);
      precision.push_back(right / (wrong + right + spacing));
    }
    // At each recall the best precision from there on.
    for (std::size_t i = precision.size(); i-- > 1;)
      precision[i - 1] = std::max(precision[i - 1], precision[i]);
  }

  [[nodiscard]] double mean_precision() const {
    double sum = 0;
    auto at = recall.begin();
    for (std::size_t i = 0; i < recalls; ++i) {
      at = std::lower_bound(at, recall.end(), recall_value(i));
      if (at == recall.end()) break;
      sum += precision[static_cast<std::size_t>(at - recall.begin())];
    }
    return sum / recalls;
  }
};

}  // namespace

void OksPrecision::add(const OksMatches& matches) {
  std::vector<std::uint32_t> order(matches.scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return matches.scores[a] > matches.scores[b]; });
  Curve curve;
  for (std::size_t range = 0; range < area_ranges.size(); ++range) {
    if (matches.asked_for[range] == 0) continue;
    for (std::size_t t = 0; t < oks_thresholds; ++t) {
      curve.draw(matches.outcomes[range][t], order, static_cast<double>(matches.asked_for[range]));
      auto& sums = sums_[range][t];
      sums.precision += curve.mean_precision();
      sums.recall += curve.recall.empty() ? 0 : curve.recall.back();
      ++sums.categories;
    }
  }
}

OksSummary OksPrecision::summary() const {
  constexpr std::size_t all = 0, medium = 1, large = 2, at_50 = 0, at_75 = 5;
  const auto mean = [this](double Sums::*member, std::size_t range, std::size_t first, std::size_t count) {
    double sum = 0;
    std::size_t categories = 0;
    for (std::size_t t = first; t < first + count; ++t) {
      sum += sums_[range][t].*member;
      categories += sums_[range][t].categories;
    }
    return categories ? sum / static_cast<double>(categories) : -1;
  };
  OksSummary summary{};
  for (std::size_t half = 0; half < 2; ++half) {
    const auto member = half == 0 ? &Sums::precision : &Sums::recall;
    summary[5 * half] = mean(member, all, 0, oks_thresholds);
    summary[5 * half + 1] = mean(member, all, at_50, 1);
    summary[5 * half + 2] = mean(member, all, at_75, 1);
    summary[5 * half + 3] = mean(member, medium, 0, oks_thresholds);
    summary[5 * half + 4] = mean(member, large, 0, oks_thresholds);
  }
  return summary;
}

}  // namespace ph
