// SPDX-License-Identifier: Apache-2.0
//
// Line search for the strong Wolfe conditions along a direction (Nocedal and Wright, "Numerical
// Optimization", algorithms 3.5 and 3.6), with the constants and the safeguards of torch.optim.LBFGS.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

// Value and slope at a step along the direction; `gradient` is where the caller keeps the gradient there.
struct LinePoint {
  double step = 0, loss = 0, slope = 0;
  int gradient = -1;
};

// Minimum of the cubic through two points with their slopes, within [low, high]; the middle if it has none.
inline double cubic_minimum(const LinePoint& a, const LinePoint& b, double low, double high) {
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.step - b.step);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double d2 = std::sqrt(square);
  const double at = a.step <= b.step
                        ? b.step - (b.step - a.step) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
                        : a.step - (a.step - b.step) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return std::min(std::max(at, low), high);
}

// Evaluate: LinePoint(double step), which moves there and keeps the gradient under a number of its own
// until drop(point) is called for it.
template <class Evaluate, class Drop>
class WolfeSearch {
 public:
  static constexpr double armijo = 1e-4, curvature = 0.9;

  WolfeSearch(const Evaluate& evaluate, const Drop& drop, LinePoint start, double direction_max,
              double tolerance, std::int64_t most)
      : evaluate_(evaluate),
        drop_(drop),
        start_(start),
        max_(direction_max),
        tolerance_(tolerance),
        most_(most) {}

  // The point to go to. Points that are not returned have been dropped, `start` excepted.
  LinePoint run(double first_step) {
    bracket(first_step);
    while (!done_ && iterations_ < most_ && std::abs(b_.step - a_.step) * max_ >= tolerance_) zoom();
    if (single_) return a_;
    const bool a_is_low = a_low_;
    release(a_is_low ? b_ : a_, a_is_low ? a_ : b_);
    return a_is_low ? a_ : b_;
  }
  std::int64_t evaluations() const noexcept { return evaluations_; }

 private:
  LinePoint look(double step) {
    ++evaluations_;
    return evaluate_(step);
  }
  bool too_high(const LinePoint& p) const { return p.loss > start_.loss + armijo * p.step * start_.slope; }
  bool flat(const LinePoint& p) const { return std::abs(p.slope) <= -curvature * start_.slope; }
  void release(const LinePoint& p, const LinePoint& kept) {
    if (p.gradient != start_.gradient && p.gradient != kept.gradient) drop_(p);
  }
  void set_bracket(const LinePoint& a, const LinePoint& b) {
    a_ = a;
    b_ = b;
    a_low_ = a_.loss <= b_.loss;
  }

  // Steps outward until a minimum lies between two points, or the conditions hold.
  void bracket(double first_step) {
    LinePoint before = start_, now = look(first_step);
    while (iterations_ < most_) {
      if (too_high(now) || (iterations_ > 1 && now.loss >= before.loss)) return set_bracket(before, now);
      if (flat(now)) {
        release(before, now);
        a_ = b_ = now;
        single_ = done_ = true;
        return;
      }
      if (now.slope >= 0) return set_bracket(before, now);
      const double low = now.step + 0.01 * (now.step - before.step), high = now.step * 10;
      const double next = cubic_minimum(before, now, low, high);
      release(before, now);
      before = now;
      now = look(next);
      ++iterations_;
    }
    release(before, now);
    set_bracket(start_, now);
  }

  // Makes the bracket smaller.
  void zoom() {
    const double low = std::min(a_.step, b_.step), high = std::max(a_.step, b_.step);
    const LinePoint now = look(away_from_ends(cubic_minimum(a_, b_, low, high), low, high));
    ++iterations_;
    auto& lowest = a_low_ ? a_ : b_;
    auto& highest = a_low_ ? b_ : a_;
    if (too_high(now) || now.loss >= lowest.loss) {
      release(highest, lowest);
      highest = now;
      a_low_ = a_.loss <= b_.loss;
      return;
    }
    if (flat(now)) {
      done_ = true;
    } else if (now.slope * (highest.step - lowest.step) >= 0) {
      release(highest, lowest);
      highest = lowest;
    }
    release(lowest, highest);
    lowest = now;
  }

  // Too close to an end for the second time, or on it: a tenth of the bracket away from it.
  double away_from_ends(double step, double low, double high) {
    const double tenth = 0.1 * (high - low);
    if (std::min(high - step, step - low) >= tenth) {
      slow_ = false;
      return step;
    }
    if (!slow_ && step < high && step > low) {
      slow_ = true;
      return step;
    }
    slow_ = false;
    return std::abs(step - high) < std::abs(step - low) ? high - tenth : low + tenth;
  }

  const Evaluate& evaluate_;
  const Drop& drop_;
  LinePoint start_, a_, b_;
  double max_, tolerance_;
  std::int64_t most_, iterations_ = 0, evaluations_ = 0;
  bool a_low_ = true, single_ = false, done_ = false, slow_ = false;
};
