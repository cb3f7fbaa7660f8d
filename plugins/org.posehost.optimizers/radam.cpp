// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.RAdam: Adam that steps by the momentum alone until its variance can be estimated.
//   rho = rho_inf - 2 t beta2^t / (1 - beta2^t),   rho_inf = 2 / (1 - beta2) - 1
//   rho <= 5: p -= lr m / (1 - beta1^t)
//   rho > 5:  p -= lr m / (1 - beta1^t) * rect(rho) * sqrt(1 - beta2^t) / (sqrt(v) + eps)
#include <cmath>

#include "moments.hpp"

namespace {

// The rectification, or 0 while there is none.
double rectify(double beta2, double t) {
  const double power = std::pow(beta2, t), limit = 2 / (1 - beta2) - 1;
  const double rho = limit - 2 * t * power / (1 - power);
  if (!(rho > 5)) return 0;
  return std::sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho));
}

class RAdam final : public ph::ElementwiseOptimizer {
 public:
  static constexpr auto info = ph::component("RAdam", "Adam with a rectified start in place of a warm-up");
  static constexpr auto args = ph::args(lr_arg(1e-3), betas_arg(), eps_arg(1e-8), l2_arg(), decoupled_arg(),
                                        maximize_arg(), execution_switch("foreach"),
                                        execution_switch("capturable"), execution_switch("differentiable"));

  explicit RAdam(const ph::Config& config)
      : decoupled_{config.get<bool>("decoupled_weight_decay")}, sign_{sign_of(config)} {}

  std::vector<ph::Slot> slots() const override { return {{"exp_avg"}, {"exp_avg_sq"}}; }

  template <class Real>
  struct Scalars {
    Moments<Real> mean;
    Real step_size, eps;
    Real adaptive;  // 0: by the momentum alone
  };

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t step) const {
    const auto t = static_cast<double>(step);
    const double rect = rectify(h["beta2"], t);
    const double scale = rect > 0 ? rect * std::sqrt(1 - std::pow(h["beta2"], t)) : 1;
    return {moments(h, sign_, decoupled_), h["lr"] * scale / (1 - std::pow(h["beta1"], t)), h["eps"],
            rect > 0 ? 1.0 : 0.0};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    if (s.adaptive == Real(0)) {
      spans.each([s](Real& p, Real g, Real& m, Real& v) {
        advance(s.mean, p, g, m, v);
        p -= s.step_size * m;
      });
    } else {
      spans.each([s](Real& p, Real g, Real& m, Real& v) {
        advance(s.mean, p, g, m, v);
        p -= s.step_size * m / (std::sqrt(v) + s.eps);
      });
    }
  }

 private:
  bool decoupled_;
  double sign_;
};

}  // namespace

POSEHOST_COMPONENT(RAdam);
