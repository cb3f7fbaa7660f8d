// SPDX-License-Identifier: Apache-2.0
//
// What Adam and AdamW share, in the order of torch's arithmetic (its one-tensor path):
//   decoupled: p *= 1 - lr weight_decay;   else: g = ±grad + weight_decay p
//   m = lerp(m, g, 1 - beta1);   v = beta2 v + (1 - beta2) g g;   with amsgrad u = max(u, v), else u = v
//   p -= lr / (1 - beta1^t) * m / (sqrt(u) / sqrt(1 - beta2^t) + eps)
#pragma once
#include <algorithm>
#include <cmath>

#include <posehost/optimizer.hpp>

#include "execution_switches.hpp"

// The arguments that both have, but for weight_decay, whose default differs.
constexpr auto adam_lr = ph::arg<double>("lr", 1e-3, ph::at_least(0), ph::role::lr, "step size");
constexpr auto adam_betas = ph::arg<std::array<double, 2>>(
    "betas", ph::list(0.9, 0.999), ph::at_least(0), ph::below(1), ph::element(0, "beta1", ph::role::momentum),
    ph::element(1, "beta2"), "decay of the running means of gradient and squared gradient");
constexpr auto adam_eps =
    ph::arg<double>("eps", 1e-8, ph::at_least(0), ph::role::none, "added to the denominator");
constexpr auto adam_amsgrad = ph::arg<bool>("amsgrad", false, "divide by the largest mean square so far");
constexpr auto adam_maximize = ph::arg<bool>("maximize", false, "climb instead of descend");

class AdamRule : public ph::ElementwiseOptimizer {
 public:
  AdamRule(const ph::Config& config, bool decoupled)
      : decoupled_{decoupled},
        amsgrad_{config.get<bool>("amsgrad")},
        sign_{config.get<bool>("maximize") ? -1.0 : 1.0} {}

  std::vector<ph::Slot> slots() const override {
    std::vector<ph::Slot> all{{"exp_avg"}, {"exp_avg_sq"}};
    if (amsgrad_) all.push_back({"max_exp_avg_sq"});
    return all;
  }

  template <class Real>
  struct Scalars {
    Real sign;
    Real shrink, decay;               // decoupled and coupled weight decay; the other one is neutral
    Real take_m;                      // 1 - beta1
    Real beta2, take_v;               // take_v = 1 - beta2
    Real step_size, correction, eps;  // correction = sqrt(1 - beta2^t)
  };

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t step) const {
    const double lr = h["lr"], beta1 = h["beta1"], beta2 = h["beta2"], decay = h["weight_decay"];
    const auto t = static_cast<double>(step);
    return {sign_,
            decoupled_ ? 1 - lr * decay : 1,
            decoupled_ ? 0 : decay,
            1 - beta1,
            beta2,
            1 - beta2,
            lr / (1 - std::pow(beta1, t)),
            std::sqrt(1 - std::pow(beta2, t)),
            h["eps"]};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    if (amsgrad_) {
      spans.each([s](Real& p, Real g, Real& m, Real& v, Real& u) {
        advance(s, p, g, m, v);
        u = std::max(u, v);
        p -= s.step_size * m / (std::sqrt(u) / s.correction + s.eps);
      });
    } else {
      spans.each([s](Real& p, Real g, Real& m, Real& v) {
        advance(s, p, g, m, v);
        p -= s.step_size * m / (std::sqrt(v) / s.correction + s.eps);
      });
    }
  }

 private:
  template <class Real>
  static void advance(const Scalars<Real>& s, Real& p, Real g, Real& m, Real& v) {
    g = s.sign * g + s.decay * p;
    p *= s.shrink;
    // torch's lerp starts from the nearer end.
    const Real way = g - m;
    m = s.take_m < Real(0.5) ? m + s.take_m * way : g - way * (Real(1) - s.take_m);
    v = s.beta2 * v + s.take_v * g * g;
  }

  bool decoupled_, amsgrad_;
  double sign_;
};
