// SPDX-License-Identifier: Apache-2.0
//
// From one value to another, as mmcv and torch go: half a cosine, or a straight line.
#pragma once
#include <cmath>
#include <string_view>

#include <posehost/schedule.hpp>

constexpr auto anneal_strategy_arg = ph::arg<std::string>(
    "anneal_strategy", "cos", ph::one_of("cos", "linear"), "half a cosine, or a straight line");

// `weight` scales the height above `end`.
inline double anneal_cos(double start, double end, double done, double weight = 1) noexcept {
  return end + 0.5 * weight * (start - end) * (std::cos(ph::pi * done) + 1);
}
inline double anneal_linear(double start, double end, double done) noexcept {
  return start + (end - start) * done;
}

class Anneal {
 public:
  explicit Anneal(const ph::Config& config)
      : linear_{config.get<std::string_view>("anneal_strategy") == "linear"} {}
  double operator()(double start, double end, double done) const noexcept {
    return linear_ ? anneal_linear(start, end, done) : anneal_cos(start, end, done);
  }

 private:
  bool linear_;
};
