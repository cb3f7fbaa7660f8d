// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.Rprop: steps by the sign of the gradient, each element with a step size of its own, from lr.
//   factor by the sign of g prev: above 0 etas[1], below 0 etas[0], else 1
//   size = clamp(size factor, step_sizes);   after a change of sign g = 0;   p -= sign(g) size;   prev = g
#include <algorithm>

#include "common_args.hpp"

namespace {

class Rprop final : public ph::ElementwiseOptimizer {
 public:
  static constexpr auto info = ph::component("Rprop", "steps by the gradient's sign; for full batches");
  static constexpr auto args = ph::args(
      lr_arg(1e-2),
      ph::arg<std::array<double, 2>>("etas", ph::list(0.5, 1.2), ph::above(0), ph::element(0, "etaminus"),
                                     ph::element(1, "etaplus"),
                                     "factors of the step size after a change of sign, and without one"),
      ph::arg<std::array<double, 2>>("step_sizes", ph::list(1e-6, 50), ph::element(0, "step_size_min"),
                                     ph::element(1, "step_size_max"), "least and largest step size"),
      maximize_arg(), execution_switch("capturable"), execution_switch("foreach"),
      execution_switch("differentiable"));

  explicit Rprop(const ph::Config& config) : sign_{sign_of(config)} {
    const auto etas = config.get<std::array<double, 2>>("etas");
    if (!(etas[0] < 1 && etas[1] > 1))
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "etas " + std::to_string(etas[0]) + " and " +
                                                     std::to_string(etas[1]) +
                                                     "; expected one below and one above 1");
    const auto sizes = config.get<std::array<double, 2>>("step_sizes");
    if (sizes[0] > sizes[1])
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "step_sizes " + std::to_string(sizes[0]) + " and " +
                                                     std::to_string(sizes[1]) +
                                                     "; expected the least, then the largest");
  }

  std::vector<ph::Slot> slots() const override { return {{"prev"}, {"step_size"}}; }

  template <class Real>
  struct Scalars {
    Real sign, minus, plus, least, most;
    Real start;  // added to the step size: the slot begins as zeros
  };

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t step) const {
    return {
        sign_, h["etaminus"], h["etaplus"], h["step_size_min"], h["step_size_max"], step == 1 ? h["lr"] : 0};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each([s](Real& p, Real g, Real& prev, Real& size) {
      g *= s.sign;
      const Real agree = g * prev;
      const Real factor = agree > 0 ? s.plus : agree < 0 ? s.minus : Real(1);
      size = std::min(std::max((size + s.start) * factor, s.least), s.most);
      g = agree < 0 ? Real(0) : g;
      p -= g > 0 ? size : g < 0 ? -size : Real(0);
      prev = g;
    });
  }

 private:
  double sign_;
};

}  // namespace

POSEHOST_COMPONENT(Rprop);
