// SPDX-License-Identifier: Apache-2.0
//
// Adan (Xie et al., arXiv 2208.06677), as its authors' code and timm have it, d = g minus the last gradient,
// 0 at the first update:
//   m = lerp(m, g, 1 - beta1);   n = beta2 n + (1 - beta2) d;   u = g + beta2 d;   v = beta3 v + (1 - beta3) u u
//   step = (lr / (1 - beta1^t) m + lr beta2 / (1 - beta2^t) n) / (sqrt(v) / sqrt(1 - beta3^t) + eps)
//   p = (p - step) / (1 + lr weight_decay), with no_prox p (1 - lr weight_decay) - step
// Unlike there t counts the updates of each parameter, as torch does, not those of the group: they differ
// where a parameter had no gradient for a while.
#include <cmath>

#include "moments.hpp"

namespace {

class Adan final : public ph::ElementwiseOptimizer {
 public:
  static constexpr auto info = ph::component("Adan", "adaptive Nesterov momentum");
  static constexpr auto args = ph::args(
      lr_arg(1e-3),
      ph::arg<std::array<double, 3>>("betas", ph::list(0.98, 0.92, 0.99), ph::at_least(0), ph::below(1),
                                     ph::element(0, "beta1", ph::role::momentum), ph::element(1, "beta2"),
                                     ph::element(2, "beta3"),
                                     "decay of the means of gradient, its difference, and their square"),
      eps_arg(1e-8), shrink_arg(0.0),
      ph::arg<double>("max_grad_norm", 0.0, ph::at_least(0), "only 0: optimizer_config.grad_clip clips"),
      ph::arg<bool>("no_prox", false, "shrink parameters before the step, as AdamW"),
      execution_switch("foreach"), execution_switch("fused"));

  explicit Adan(const ph::Config& config) : no_prox_{config.get<bool>("no_prox")} {
    const double clip = config.get<double>("max_grad_norm");
    if (clip != 0)
      throw ph::Failure(PH_ERR_UNSUPPORTED,
                        "max_grad_norm " + std::to_string(clip) +
                            "; expected 0, and optimizer_config.grad_clip.max_norm in its place");
  }

  std::vector<ph::Slot> slots() const override {
    return {{"exp_avg"}, {"exp_avg_sq"}, {"exp_avg_diff"}, {"neg_pre_grad"}};
  }

  template <class Real>
  struct Scalars {
    Real take_m, beta2, take_n, beta3, take_v;
    Real step_m, step_n, correction, eps;
    Real shrink, divide;  // no_prox and its opposite; the other one is neutral
    Real later;           // 0 at the first update, which has no difference
  };

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t step) const {
    const auto t = static_cast<double>(step);
    const double lr = h["lr"], beta1 = h["beta1"], beta2 = h["beta2"], beta3 = h["beta3"];
    const double decay = lr * h["weight_decay"];
    return {1 - beta1,
            beta2,
            1 - beta2,
            beta3,
            1 - beta3,
            lr / (1 - std::pow(beta1, t)),
            lr * beta2 / (1 - std::pow(beta2, t)),
            std::sqrt(1 - std::pow(beta3, t)),
            h["eps"],
            no_prox_ ? 1 - decay : 1,
            no_prox_ ? 1 : 1 + decay,
            step == 1 ? 0.0 : 1.0};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each([s](Real& p, Real g, Real& m, Real& v, Real& n, Real& neg) {
      const Real d = (neg + g) * s.later;
      m = lerp(m, g, s.take_m);
      n = s.beta2 * n + s.take_n * d;
      const Real u = s.beta2 * d + g;
      v = s.beta3 * v + s.take_v * u * u;
      p = (p * s.shrink - (s.step_m * m + s.step_n * n) / (std::sqrt(v) / s.correction + s.eps)) / s.divide;
      neg = -g;
    });
  }

 private:
  bool no_prox_;
};

}  // namespace

POSEHOST_COMPONENT(Adan);
