// SPDX-License-Identifier: MIT
// Stochastic gradient descent with momentum and L2 weight decay.
#include <posehost/optimizer.hpp>

struct SgdPlain final : ph::ElementwiseOptimizer {
  static constexpr auto info = ph::component("SgdPlain", "SGD with momentum");
  static constexpr auto args = ph::args(
      ph::arg<double>("lr", ph::required, ph::at_least(0), ph::role::lr, "step size"),
      ph::arg<double>("momentum", 0.0, ph::range(0, 1), ph::role::momentum, "share of the last step kept"),
      ph::arg<double>("weight_decay", 0.0, ph::at_least(0), ph::role::weight_decay, "L2 penalty"));

  template <class Real>
  struct Scalars {
    Real lr, momentum, decay;
  };
  Scalars<double> scalars(const ph::Hypers& h, std::int64_t) const {
    return {h["lr"], h["momentum"], h["weight_decay"]};
  }

  std::vector<ph::Slot> slots() const override { return {{"momentum_buffer"}}; }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each([s](Real& p, Real g, Real& m) {  // one element: parameter, gradient, its slot
      m = s.momentum * m + (g + s.decay * p);
      p -= s.lr * m;
    });
  }
};

POSEHOST_COMPONENT(SgdPlain);
POSEHOST_PLUGIN("org.example.sgd", "1.0.0", "MIT", "", SgdPlain);
