// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.Adadelta:
//   g = ±grad + weight_decay p;   v = rho v + (1 - rho) g g
//   d = sqrt(a + eps) / sqrt(v + eps) g;   a = rho a + (1 - rho) d d;   p -= lr d
#include <cmath>

#include "common_args.hpp"

namespace {

class Adadelta final : public ph::ElementwiseOptimizer {
 public:
  static constexpr auto info = ph::component("Adadelta", "steps as large as the last ones were");
  static constexpr auto args = ph::args(
      lr_arg(1.0), ph::arg<double>("rho", 0.9, ph::range(0, 1), ph::role::none, "decay of the mean squares"),
      ph::arg<double>("eps", 1e-6, ph::at_least(0), ph::role::none, "added to the mean squares"), l2_arg(),
      maximize_arg(), execution_switch("foreach"), execution_switch("capturable"),
      execution_switch("differentiable"));

  explicit Adadelta(const ph::Config& config) : sign_{sign_of(config)} {}

  std::vector<ph::Slot> slots() const override { return {{"square_avg"}, {"acc_delta"}}; }

  template <class Real>
  struct Scalars {
    Real sign, lr, decay, rho, take, eps;
  };

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t) const {
    return {sign_, h["lr"], h["weight_decay"], h["rho"], 1 - h["rho"], h["eps"]};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each([s](Real& p, Real g, Real& v, Real& a) {
      g = s.sign * g + s.decay * p;
      v = s.rho * v + s.take * g * g;
      const Real d = std::sqrt(a + s.eps) / std::sqrt(v + s.eps) * g;
      a = s.rho * a + s.take * d * d;
      p -= s.lr * d;
    });
  }

 private:
  double sign_;
};

}  // namespace

POSEHOST_COMPONENT(Adadelta);
