// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.ASGD: descent with a falling step size eta, and the average ax of the parameters from t0 on.
//   g = ±grad + weight_decay p;   p = p (1 - lambd eta) - eta g;   ax += mu (p - ax), while mu is 1 ax = p
//   then, for the next update: eta = lr / (1 + lambd lr t)^alpha;   mu = 1 / max(1, t - t0)
// The parameters are not replaced by ax, as in torch: a hook reads it as slot/ax/<parameter>.
#include <algorithm>
#include <cmath>

#include <posehost/passes_optimizer.hpp>

#include "common_args.hpp"

namespace {

class ASGD final : public ph::PassesOptimizer {
 public:
  // One pass without sums: eta and mu are numbers for each parameter.
  static constexpr std::int64_t passes = 1, sums = 0;
  static constexpr auto info = ph::component("ASGD", "averaged stochastic gradient descent");
  static constexpr auto args = ph::args(
      lr_arg(1e-2), ph::arg<double>("lambd", 1e-4, ph::role::none, "decay, of parameters and step size"),
      ph::arg<double>("alpha", 0.75, ph::role::none, "power by which the step size falls"),
      ph::arg<double>("t0", 1e6, ph::role::none, "update at which averaging starts"), l2_arg(),
      maximize_arg(), execution_switch("foreach"), execution_switch("differentiable"),
      execution_switch("capturable"));

  explicit ASGD(const ph::Config& config) : sign_{sign_of(config)} {}

  std::vector<ph::Slot> slots() const override {
    return {{"ax"}, ph::scalar_slot("eta"), ph::scalar_slot("mu", PH_SLOT_ONES)};
  }

  template <class Real>
  struct Scalars {
    Real sign, decay, shrink, eta, mu;
  };

  Scalars<double> scalars(const ph::Hypers& h, const ph::ParamPass& at) const {
    const auto t = static_cast<double>(at.step());
    double &next_eta = at.slot(1), &next_mu = at.slot(2);
    const double lr = h["lr"], eta = at.step() == 1 ? lr : next_eta, mu = next_mu;
    next_eta = lr / std::pow(1 + h["lambd"] * lr * t, h["alpha"]);
    next_mu = 1 / std::max(1.0, t - h["t0"]);
    return {sign_, h["weight_decay"], 1 - h["lambd"] * eta, eta, mu};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    if (s.mu == Real(1)) {
      spans.each([s](Real& p, Real g, Real& ax) { ax = moved(s, p, g); });
    } else {
      spans.each([s](Real& p, Real g, Real& ax) { ax += (moved(s, p, g) - ax) * s.mu; });
    }
  }

 private:
  template <class Real>
  static Real moved(const Scalars<Real>& s, Real& p, Real g) {
    g = s.sign * g + s.decay * p;
    p = p * s.shrink - s.eta * g;
    return p;
  }

  double sign_;
};

}  // namespace

POSEHOST_COMPONENT(ASGD);
