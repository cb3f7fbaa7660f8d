// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.Adamax: Adam with the largest gradient so far, slowly forgotten, in place of the mean square.
//   m = lerp(m, g, 1 - beta1);   u = max(beta2 u, |g| + eps);   p -= lr / (1 - beta1^t) m / u
#include <algorithm>
#include <cmath>

#include "moments.hpp"

namespace {

class Adamax final : public ph::ElementwiseOptimizer {
 public:
  static constexpr auto info = ph::component("Adamax", "Adam by the infinity norm");
  static constexpr auto args = ph::args(lr_arg(2e-3), betas_arg(), eps_arg(1e-8), l2_arg(), maximize_arg(),
                                        execution_switch("foreach"), execution_switch("differentiable"),
                                        execution_switch("capturable"));

  explicit Adamax(const ph::Config& config) : sign_{sign_of(config)} {}

  std::vector<ph::Slot> slots() const override { return {{"exp_avg"}, {"exp_inf"}}; }

  template <class Real>
  struct Scalars {
    Real sign, decay, take_m, beta2, step_size, eps;
  };

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t step) const {
    return {sign_,
            h["weight_decay"],
            1 - h["beta1"],
            h["beta2"],
            h["lr"] / (1 - std::pow(h["beta1"], static_cast<double>(step))),
            h["eps"]};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each([s](Real& p, Real g, Real& m, Real& u) {
      g = s.sign * g + s.decay * p;
      m = lerp(m, g, s.take_m);
      u = std::max(u * s.beta2, std::abs(g) + s.eps);
      p -= s.step_size * m / u;
    });
  }

 private:
  double sign_;
};

}  // namespace

POSEHOST_COMPONENT(Adamax);
