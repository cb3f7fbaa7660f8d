// SPDX-License-Identifier: Apache-2.0
//
// What Adam and AdamW share: with amsgrad u = max(u, v), else u = v
//   p -= lr / (1 - beta1^t) * m / (sqrt(u) / sqrt(1 - beta2^t) + eps)
#pragma once
#include <algorithm>
#include <cmath>

#include "moments.hpp"

constexpr auto amsgrad_arg() {
  return ph::arg<bool>("amsgrad", false, "divide by the largest mean square so far");
}

class AdamRule : public ph::ElementwiseOptimizer {
 public:
  AdamRule(const ph::Config& config, bool decoupled)
      : decoupled_{decoupled}, amsgrad_{config.get<bool>("amsgrad")}, sign_{sign_of(config)} {}

  std::vector<ph::Slot> slots() const override {
    std::vector<ph::Slot> all{{"exp_avg"}, {"exp_avg_sq"}};
    if (amsgrad_) all.push_back({"max_exp_avg_sq"});
    return all;
  }

  template <class Real>
  struct Scalars {
    Moments<Real> mean;
    Real step_size, correction, eps;  // correction = sqrt(1 - beta2^t)
  };

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t step) const {
    const auto t = static_cast<double>(step);
    return {moments(h, sign_, decoupled_), h["lr"] / (1 - std::pow(h["beta1"], t)),
            std::sqrt(1 - std::pow(h["beta2"], t)), h["eps"]};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    if (amsgrad_) {
      spans.each([s](Real& p, Real g, Real& m, Real& v, Real& u) {
        advance(s.mean, p, g, m, v);
        u = std::max(u, v);
        p -= s.step_size * m / (std::sqrt(u) / s.correction + s.eps);
      });
    } else {
      spans.each([s](Real& p, Real g, Real& m, Real& v) {
        advance(s.mean, p, g, m, v);
        p -= s.step_size * m / (std::sqrt(v) / s.correction + s.eps);
      });
    }
  }

 private:
  bool decoupled_, amsgrad_;
  double sign_;
};
