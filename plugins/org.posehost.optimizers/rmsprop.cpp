// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.RMSprop:
//   g = ±grad + weight_decay p;   v = alpha v + (1 - alpha) g g;   centered: a = lerp(a, g, 1 - alpha)
//   d = sqrt(v) + eps, centered sqrt(v - a a) + eps
//   p -= lr g / d, with momentum b = momentum b + g / d, p -= lr b
#include <algorithm>
#include <cmath>

#include "moments.hpp"

namespace {

class RMSprop final : public ph::ElementwiseOptimizer {
 public:
  static constexpr auto info = ph::component("RMSprop", "steps divided by a running root mean square");
  static constexpr auto args = ph::args(
      lr_arg(1e-2),
      ph::arg<double>("alpha", 0.99, ph::at_least(0), ph::role::none, "decay of the mean square"),
      eps_arg(1e-8), l2_arg(),
      ph::arg<double>("momentum", 0.0, ph::at_least(0), ph::role::momentum, "share of the last step kept"),
      ph::arg<bool>("centered", false, "divide by the variance, not the mean square"), maximize_arg(),
      execution_switch("capturable"), execution_switch("foreach"), execution_switch("differentiable"));

  explicit RMSprop(const ph::Config& config)
      : buffered_{config.get<double>("momentum") > 0},
        centered_{config.get<bool>("centered")},
        sign_{sign_of(config)} {}

  std::vector<ph::Slot> slots() const override {
    std::vector<ph::Slot> all{{"square_avg"}};
    if (centered_) all.push_back({"grad_avg"});
    if (buffered_) all.push_back({"momentum_buffer"});
    return all;
  }

  template <class Real>
  struct Scalars {
    Real sign, lr, decay, alpha, take, eps, momentum;
  };

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t) const {
    need_buffer(buffered_, h["momentum"]);
    return {sign_, h["lr"], h["weight_decay"], h["alpha"], 1 - h["alpha"], h["eps"], h["momentum"]};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    const bool moving = s.momentum > Real(0);
    if (centered_ && moving) {
      spans.each([s](Real& p, Real g, Real& v, Real& a, Real& b) {
        b = s.momentum * b + scaled(s, p, g, v, a);
        p -= s.lr * b;
      });
    } else if (centered_) {
      spans.each([s](Real& p, Real g, Real& v, Real& a) { p -= s.lr * scaled(s, p, g, v, a); });
    } else if (moving) {
      spans.each([s](Real& p, Real g, Real& v, Real& b) {
        b = s.momentum * b + scaled(s, p, g, v);
        p -= s.lr * b;
      });
    } else {
      spans.each([s](Real& p, Real g, Real& v) { p -= s.lr * scaled(s, p, g, v); });
    }
  }

 private:
  // The gradient over its root mean square.
  template <class Real>
  static Real scaled(const Scalars<Real>& s, Real p, Real g, Real& v) {
    g = s.sign * g + s.decay * p;
    v = s.alpha * v + s.take * g * g;
    return g / (std::sqrt(v) + s.eps);
  }
  template <class Real>
  static Real scaled(const Scalars<Real>& s, Real p, Real g, Real& v, Real& a) {
    g = s.sign * g + s.decay * p;
    v = s.alpha * v + s.take * g * g;
    a = lerp(a, g, s.take);
    // Rounding may take a variance of nothing below 0, where torch has NaN from then on.
    return g / (std::sqrt(std::max(Real(0), v - a * a)) + s.eps);
  }

  bool buffered_, centered_;
  double sign_;
};

}  // namespace

POSEHOST_COMPONENT(RMSprop);
