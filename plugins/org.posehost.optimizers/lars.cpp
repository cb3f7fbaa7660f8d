// SPDX-License-Identifier: Apache-2.0
//
// LARS: layer-wise adaptive rates (You, Gitman, Ginsburg 2017, "Large Batch Training of Convolutional
// Networks"), as in timm's Lars:
//   trust = trust_coeff |p| / (|g| + weight_decay |p| + eps), 1 where a norm is 0 or, unless always_adapt,
//           without weight decay; trust_clip: at most 1 after division by lr
//   g = trust (g + weight_decay p);  b = g at the first update, then momentum b + (1 - dampening) g
//   p -= lr b, with nesterov lr (g + momentum b), without momentum lr g
#include <algorithm>
#include <cmath>

#include <posehost/passes_optimizer.hpp>

namespace {

class LARS final : public ph::PassesOptimizer {
 public:
  static constexpr auto info = ph::component("LARS", "layer-wise adaptive rates over SGD with momentum");
  static constexpr auto args = ph::args(
      ph::arg<double>("lr", 1.0, ph::at_least(0), ph::role::lr, "step size"),
      ph::arg<double>("momentum", 0.0, ph::at_least(0), ph::role::momentum, "share of the last step kept"),
      ph::arg<double>("dampening", 0.0, ph::role::none, "share of the gradient kept out of the momentum"),
      ph::arg<double>("weight_decay", 0.0, ph::at_least(0), ph::role::weight_decay, "L2 penalty"),
      ph::arg<bool>("nesterov", false, "look ahead along the momentum"),
      ph::arg<double>("trust_coeff", 0.001, ph::at_least(0), ph::role::none, "share of a parameter's norm"),
      ph::arg<double>("eps", 1e-8, ph::at_least(0), ph::role::none, "added to the denominator"),
      ph::arg<bool>("trust_clip", false, "never larger steps than SGD's"),
      ph::arg<bool>("always_adapt", false, "adapt parameters without weight decay too"));
  static constexpr std::int64_t passes = 2, sums = 2;

  explicit LARS(const ph::Config& config)
      : buffered_{config.get<double>("momentum") != 0},
        nesterov_{config.get<bool>("nesterov")},
        trust_clip_{config.get<bool>("trust_clip")},
        always_adapt_{config.get<bool>("always_adapt")} {
    if (nesterov_ && (!buffered_ || config.get<double>("dampening") != 0))
      throw ph::Failure(
          PH_ERR_INVALID_ARGUMENT,
          "nesterov without momentum or with dampening; expected momentum above 0, dampening 0");
  }

  std::vector<ph::Slot> slots() const override {
    if (!buffered_) return {};
    return {{"momentum_buffer"}};
  }

  template <class Real>
  struct Scalars {
    Real lr, trust, decay, momentum;
    Real keep, take;  // buffer = keep * buffer + take * gradient
  };

  Scalars<double> scalars(const ph::Hypers& h, const ph::ParamPass& at) const {
    if (at.pass() == 0) return {};  // which only adds up squares
    const double lr = h["lr"], decay = h["weight_decay"], momentum = h["momentum"];
    if (momentum != 0 && !buffered_)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                        "momentum was set in a run that began without; expected "
                        "momentum above 0 in the optimizer's arguments");
    const bool first = at.step() == 1;
    return {lr,
            trust(h, std::sqrt(at.sum(0, 0)), std::sqrt(at.sum(0, 1))),
            decay,
            momentum,
            first ? 0 : momentum,
            first ? 1 : 1 - h["dampening"]};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    if (spans.pass() == 0) return add_squares(spans);
    if (s.momentum == Real(0)) {
      spans.each([s](Real& p, Real g) { p -= s.lr * (s.trust * (g + s.decay * p)); });
    } else if (nesterov_) {
      spans.each([s](Real& p, Real g, Real& b) {
        g = s.trust * (g + s.decay * p);
        b = s.keep * b + s.take * g;
        p -= s.lr * (g + s.momentum * b);
      });
    } else {
      spans.each([s](Real& p, Real g, Real& b) {
        g = s.trust * (g + s.decay * p);
        b = s.keep * b + s.take * g;
        p -= s.lr * b;
      });
    }
  }

 private:
  template <class Real>
  static void add_squares(const ph::Spans<Real>& spans) {
    spans.template each_sum<2>([](Real& p, Real g, double(&terms)[2]) {
      terms[0] = static_cast<double>(p) * static_cast<double>(p);
      terms[1] = static_cast<double>(g) * static_cast<double>(g);
    });
  }

  double trust(const ph::Hypers& h, double param_norm, double grad_norm) const {
    const double decay = h["weight_decay"];
    if (decay == 0 && !always_adapt_) return 1;
    if (!(param_norm > 0) || !(grad_norm > 0)) return 1;
    const double ratio = param_norm * h["trust_coeff"] / (grad_norm + param_norm * decay + h["eps"]);
    return trust_clip_ ? std::min(ratio / h["lr"], 1.0) : ratio;
  }

  bool buffered_, nesterov_, trust_clip_, always_adapt_;
};

}  // namespace

POSEHOST_COMPONENT(LARS);
