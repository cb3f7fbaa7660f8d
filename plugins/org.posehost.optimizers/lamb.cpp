// SPDX-License-Identifier: Apache-2.0
//
// LAMB (You et al., arXiv 1904.00962) in the variant of apex's FusedLAMB, with the arguments of timm's Lamb:
//   g = g / max(1, |all gradients| / max_grad_norm);   m = beta1 m + beta3 g;   v = beta2 v + (1 - beta2) g g
//       beta3 = 1 - beta1, without grad_averaging 1
//   u = m / (1 - beta1^t) / (sqrt(v) / sqrt(1 - beta2^t) + eps) + weight_decay p
//       without bias_correction both corrections are 1; with caution u is 0 where its sign is not g's, and
//       divided by the share that is left (at least 0.001)
//   p -= lr trust u,  trust = |p| / |u|, 1 where a norm is 0 or, unless always_adapt, without weight decay;
//       trust_clip: at most 1
// With decoupled_decay p first shrinks by lr weight_decay (corrected_weight_decay: lr^2 / the lr it began with)
// in place of the term in u. t counts the updates of each parameter; timm counts those of the group.
#include <algorithm>
#include <cmath>

#include <posehost/passes_optimizer.hpp>

#include "moments.hpp"

namespace {

class LAMB final : public ph::PassesOptimizer {
 public:
  static constexpr auto info =
      ph::component("LAMB", "layer-wise adaptive rates over Adam, for large batches");
  static constexpr auto args = ph::args(
      lr_arg(1e-3), ph::arg<bool>("bias_correction", true, "correct the running means for their start at 0"),
      betas_arg(), eps_arg(1e-6), shrink_arg(0.01),
      ph::arg<bool>("grad_averaging", true, "means of gradients; else decaying sums"),
      ph::arg<std::optional<double>>("max_grad_norm", 1.0, ph::above(0),
                                     "clip the norm of all gradients of this optimizer; null: never"),
      ph::arg<bool>("trust_clip", false, "never larger steps than Adam's"),
      ph::arg<bool>("always_adapt", false, "adapt parameters without weight decay too"),
      ph::arg<bool>("caution", false, "leave out elements whose step is not along the gradient"),
      ph::arg<bool>("decoupled_decay", false, "shrink parameters before the step"),
      ph::arg<bool>("corrected_weight_decay", false, "decoupled decay by lr^2 / first lr"),
      execution_switch("foreach"));
  static constexpr std::int64_t passes = 3, sums = 4;

  explicit LAMB(const ph::Config& config)
      : corrects_{config.get<bool>("bias_correction")},
        averages_{config.get<bool>("grad_averaging")},
        trust_clip_{config.get<bool>("trust_clip")},
        always_adapt_{config.get<bool>("always_adapt")},
        cautious_{config.get<bool>("caution")},
        decoupled_{config.get<bool>("decoupled_decay")},
        first_lr_{config.get<bool>("corrected_weight_decay") ? config.get<double>("lr") : 0},
        max_norm_{config.get<std::optional<double>>("max_grad_norm")} {
    if (config.get<bool>("corrected_weight_decay") && first_lr_ == 0)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "corrected_weight_decay with lr 0; expected lr above 0");
  }

  std::vector<ph::Slot> slots() const override { return {{"exp_avg"}, {"exp_avg_sq"}}; }

  template <class Real>
  struct Scalars {
    Real clip;  // what gradients are multiplied by
    Real keep_m, take_m, beta2, take_v;
    Real scale, eps;         // u = scale m / (sqrt(v) + eps), both corrections in them
    Real kept;               // what caution makes of the elements that it leaves
    Real loss, decay, step;  // p -= loss p;  p -= step (kept u + decay p)
  };

  Scalars<double> scalars(const ph::Hypers& h, const ph::ParamPass& at) const {
    if (at.pass() == 0) return {};  // which only adds up squares
    const auto t = static_cast<double>(at.step());
    const double lr = h["lr"], beta1 = h["beta1"], beta2 = h["beta2"], decay = h["weight_decay"];
    const double by = first_lr_ == 0 ? lr : lr * lr / first_lr_;
    const double correction1 = corrects_ ? 1 - std::pow(beta1, t) : 1;
    const double correction2 = corrects_ ? std::sqrt(1 - std::pow(beta2, t)) : 1;
    Scalars<double> s{clip(std::sqrt(at.total(0, 0))),
                      beta1,
                      averages_ ? 1 - beta1 : 1,
                      beta2,
                      1 - beta2,
                      correction2 / correction1,
                      h["eps"] * correction2,
                      1,
                      decoupled_ ? by * decay : 0,
                      decoupled_ ? 0 : decay,
                      lr};
    if (at.pass() == 2) finish(s, decay, at);
    return s;
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    if (spans.pass() == 0) {
      if (!max_norm_) return;
      spans.template each_sum<1>([](Real&, Real g, double(&terms)[1]) {
        terms[0] = static_cast<double>(g) * static_cast<double>(g);
      });
    } else if (cautious_) {
      with_caution(spans, s);
    } else if (spans.pass() == 1) {
      spans.template each_sum<2>([s](Real& p, Real g, Real& m, Real& v, double(&terms)[2]) {
        advance(s, g, m, v);
        const auto u = static_cast<double>(towards(s, m, v) + s.decay * p), dp = static_cast<double>(p);
        terms[0] = dp * dp;
        terms[1] = u * u;
      });
    } else {
      spans.each([s](Real& p, Real, Real& m, Real& v) {
        const Real u = towards(s, m, v) + s.decay * p;
        p -= s.loss * p;
        p -= s.step * u;
      });
    }
  }

 private:
  // How many elements are left is known after pass 1 alone: |kept u + decay p|^2 comes from its terms.
  template <class Real>
  static void with_caution(const ph::Spans<Real>& spans, const Scalars<Real>& s) {
    if (spans.pass() == 1) {
      spans.template each_sum<4>([s](Real& p, Real g, Real& m, Real& v, double(&terms)[4]) {
        advance(s, g, m, v);
        const Real u = towards(s, m, v);
        const bool along = u * g > Real(0);
        const double du = along ? static_cast<double>(u) : 0, dp = static_cast<double>(p);
        terms[0] = dp * dp;
        terms[1] = du * du;
        terms[2] = du * dp;
        terms[3] = along ? 1 : 0;
      });
    } else {
      spans.each([s](Real& p, Real g, Real& m, Real& v) {
        const Real u = towards(s, m, v);
        const Real step = (u * g > Real(0) ? s.kept * u : Real(0)) + s.decay * p;
        p -= s.loss * p;
        p -= s.step * step;
      });
    }
  }

  template <class Real>
  static void advance(const Scalars<Real>& s, Real& g, Real& m, Real& v) {
    g *= s.clip;
    m = s.keep_m * m + s.take_m * g;
    v = s.beta2 * v + s.take_v * g * g;
  }
  template <class Real>
  static Real towards(const Scalars<Real>& s, Real m, Real v) {
    return s.scale * m / (std::sqrt(v) + s.eps);
  }

  // Not above 1, and not a number where the norm is none.
  double clip(double norm) const {
    if (!max_norm_) return 1;
    const double over = norm / *max_norm_;
    return over <= 1 ? 1 : 1 / over;
  }

  // Caution and trust, from the sums of pass 1.
  void finish(Scalars<double>& s, double decay, const ph::ParamPass& at) const {
    const double left = 1 - s.loss, pp = at.sum(1, 0) * left * left;
    double uu = at.sum(1, 1);
    if (cautious_) {
      s.kept = 1 / std::max(at.sum(1, 3) / static_cast<double>(at.numel()), 1e-3);
      uu = s.kept * s.kept * uu + 2 * s.kept * s.decay * left * at.sum(1, 2) + s.decay * s.decay * pp;
    }
    if (decay == 0 && !always_adapt_) return;
    const double param_norm = std::sqrt(pp), step_norm = std::sqrt(std::max(0.0, uu));
    const double trust = param_norm > 0 && step_norm > 0 ? param_norm / step_norm : 1;
    s.step *= trust_clip_ ? std::min(trust, 1.0) : trust;
  }

  bool corrects_, averages_, trust_clip_, always_adapt_, cautious_, decoupled_;
  double first_lr_;  // 0: not corrected
  std::optional<double> max_norm_;
};

}  // namespace

POSEHOST_COMPONENT(LAMB);
