// SPDX-License-Identifier: Apache-2.0
//
// Lion (Chen et al., arXiv 2302.06675), with the arguments of the package lion-pytorch, which mmengine
// registers under this name, and timm's maximize:
//   p *= 1 - lr weight_decay;   p -= lr sign(beta1 m + (1 - beta1) g);   m = beta2 m + (1 - beta2) g
// decoupled_weight_decay: weight_decay counts as if divided by the lr of the arguments.
#include <cmath>

#include "common_args.hpp"

namespace {

class Lion final : public ph::ElementwiseOptimizer {
 public:
  static constexpr auto info = ph::component("Lion", "steps by the sign of an interpolated momentum");
  static constexpr auto args = ph::args(
      lr_arg(1e-4),
      ph::arg<std::array<double, 2>>("betas", ph::list(0.9, 0.99), ph::range(0, 1),
                                     ph::element(0, "beta1", ph::role::momentum), ph::element(1, "beta2"),
                                     "share of the momentum in the step, and its decay"),
      shrink_arg(0.0),
      ph::arg<bool>("decoupled_weight_decay", false, "weight_decay does not grow with the lr given here"),
      maximize_arg(), execution_switch("use_triton"), execution_switch("foreach"));

  explicit Lion(const ph::Config& config) : sign_{sign_of(config)} {
    if (!config.get<bool>("decoupled_weight_decay")) return;
    decay_unit_ = config.get<double>("lr");
    if (decay_unit_ == 0)
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "decoupled_weight_decay with lr 0; expected lr above 0");
  }

  std::vector<ph::Slot> slots() const override { return {{"exp_avg"}}; }

  template <class Real>
  struct Scalars {
    Real sign, lr, shrink, beta1, take1, beta2, take2;
  };

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t) const {
    return {sign_,         h["lr"],        1 - h["lr"] * h["weight_decay"] / decay_unit_,
            h["beta1"],    1 - h["beta1"], h["beta2"],
            1 - h["beta2"]};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each([s](Real& p, Real g, Real& m) {
      g *= s.sign;
      const Real way = m * s.beta1 + g * s.take1;
      p = p * s.shrink - (way > 0 ? s.lr : way < 0 ? -s.lr : Real(0));
      m = m * s.beta2 + g * s.take2;
    });
  }

 private:
  double sign_, decay_unit_ = 1;
};

}  // namespace

POSEHOST_COMPONENT(Lion);
