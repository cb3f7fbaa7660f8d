// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.NAdam: Adam with Nesterov momentum that grows to beta1.
//   mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2);   M_t = mu_1 … mu_t
//   p -= (lr (1 - mu_t) / (1 - M_t) g + lr mu_{t+1} / (1 - M_t mu_{t+1}) m) / (sqrt(v / (1 - beta2^t)) + eps)
#include <cmath>

#include <posehost/passes_optimizer.hpp>

#include "moments.hpp"

namespace {

class NAdam final : public ph::PassesOptimizer {
 public:
  // One pass without sums: M_t is a number for each parameter.
  static constexpr std::int64_t passes = 1, sums = 0;
  static constexpr auto info = ph::component("NAdam", "Adam with Nesterov momentum");
  static constexpr auto args =
      ph::args(lr_arg(2e-3), betas_arg(), eps_arg(1e-8), l2_arg(),
               ph::arg<double>("momentum_decay", 4e-3, ph::at_least(0), ph::role::none,
                               "how soon the momentum grows to beta1"),
               decoupled_arg(), maximize_arg(), execution_switch("foreach"), execution_switch("capturable"),
               execution_switch("differentiable"));

  explicit NAdam(const ph::Config& config)
      : decoupled_{config.get<bool>("decoupled_weight_decay")}, sign_{sign_of(config)} {}

  std::vector<ph::Slot> slots() const override {
    return {{"exp_avg"}, {"exp_avg_sq"}, ph::scalar_slot("mu_product", PH_SLOT_ONES)};
  }

  template <class Real>
  struct Scalars {
    Moments<Real> mean;
    Real step_g, step_m, correction, eps;  // correction = 1 - beta2^t
  };

  Scalars<double> scalars(const ph::Hypers& h, const ph::ParamPass& at) const {
    const auto t = static_cast<double>(at.step());
    const auto mu_of = [&](double step) {
      return h["beta1"] * (1 - 0.5 * std::pow(0.96, step * h["momentum_decay"]));
    };
    const double mu = mu_of(t), next = mu_of(t + 1);
    const double product = at.slot(2) *= mu;  // of momenta that a schedule may have changed
    return {moments(h, sign_, decoupled_), h["lr"] * (1 - mu) / (1 - product),
            h["lr"] * next / (1 - product * next), 1 - std::pow(h["beta2"], t), h["eps"]};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each([s](Real& p, Real g, Real& m, Real& v) {
      advance(s.mean, p, g, m, v);
      p -= (s.step_g * g + s.step_m * m) / (std::sqrt(v / s.correction) + s.eps);
    });
  }

 private:
  bool decoupled_;
  double sign_;
};

}  // namespace

POSEHOST_COMPONENT(NAdam);
