// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.Adagrad:
//   g = ±grad + weight_decay p;   sum += g g, from initial_accumulator_value
//   p -= lr / (1 + (t - 1) lr_decay) * g / (sqrt(sum) + eps)
#include <cmath>

#include "common_args.hpp"

namespace {

class Adagrad final : public ph::ElementwiseOptimizer {
 public:
  static constexpr auto info = ph::component("Adagrad", "steps divided by the root of all squares so far");
  static constexpr auto args = ph::args(
      lr_arg(1e-2),
      ph::arg<double>("lr_decay", 0.0, ph::at_least(0), ph::role::none, "how soon the step size falls"),
      l2_arg(),
      ph::arg<double>("initial_accumulator_value", 0.0, ph::at_least(0), "where the sum of squares starts"),
      eps_arg(1e-10), maximize_arg(), execution_switch("foreach"), execution_switch("differentiable"),
      execution_switch("fused"));

  explicit Adagrad(const ph::Config& config)
      : start_{config.get<double>("initial_accumulator_value")}, sign_{sign_of(config)} {}

  std::vector<ph::Slot> slots() const override { return {{"sum"}}; }

  template <class Real>
  struct Scalars {
    Real sign, decay, step_size, eps;
    Real start;  // added to the sum: the slot begins as zeros
  };

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t step) const {
    return {sign_, h["weight_decay"], h["lr"] / (1 + static_cast<double>(step - 1) * h["lr_decay"]), h["eps"],
            step == 1 ? start_ : 0};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each([s](Real& p, Real g, Real& sum) {
      g = s.sign * g + s.decay * p;
      sum = sum + s.start + g * g;
      p -= s.step_size * g / (std::sqrt(sum) + s.eps);
    });
  }

 private:
  double start_, sign_;
};

}  // namespace

POSEHOST_COMPONENT(Adagrad);
