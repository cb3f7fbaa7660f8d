// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.SparseAdam takes sparse gradients only, and those of a pose network are dense: torch refuses
// at the first update. Here the arguments are checked and the same refusal comes when the parameters are
// known, before anything is trained, so that a dry run shows it too.
#include "common_args.hpp"

namespace {

class SparseAdam final : public ph::ElementwiseOptimizer {
 public:
  static constexpr auto info =
      ph::component("SparseAdam", "Adam for sparse gradients, which no layer here has: refused when trained");
  static constexpr auto args = ph::args(
      ph::arg<double>("lr", 1e-3, ph::above(0), ph::role::lr, "step size"),
      ph::arg<std::array<double, 2>>("betas", ph::list(0.9, 0.999), ph::at_least(0), ph::below(1),
                                     ph::element(0, "beta1", ph::role::momentum), ph::element(1, "beta2"),
                                     "decay of the running means of gradient and squared gradient"),
      ph::arg<double>("eps", 1e-8, ph::above(0), ph::role::none, "added to the denominator"), maximize_arg());

  void prepare(const ph_layout&) override { refuse(); }

  template <class Real>
  struct Scalars {
    Real none;
  };
  Scalars<double> scalars(const ph::Hypers&, std::int64_t) const { refuse(); }

  template <class Real>
  void range(const ph::Spans<Real>&, const Scalars<Real>&) const {}

 private:
  [[noreturn]] static void refuse() {
    throw ph::Failure(PH_ERR_UNSUPPORTED,
                      "SparseAdam does not support dense gradients, please consider Adam instead");
  }
};

}  // namespace

POSEHOST_COMPONENT(SparseAdam);
