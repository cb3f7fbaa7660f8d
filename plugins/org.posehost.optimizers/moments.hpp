// SPDX-License-Identifier: Apache-2.0
//
// The running means of gradient and squared gradient that Adam and its kin share, in the order of
// torch's arithmetic (its one-tensor path):
//   decoupled: p *= 1 - lr weight_decay;   else: g = ±grad + weight_decay p
//   m = lerp(m, g, 1 - beta1);   v = beta2 v + (1 - beta2) g g
#pragma once
#include "common_args.hpp"

constexpr auto betas_arg() {
  return ph::arg<std::array<double, 2>>("betas", ph::list(0.9, 0.999), ph::at_least(0), ph::below(1),
                                        ph::element(0, "beta1", ph::role::momentum), ph::element(1, "beta2"),
                                        "decay of the running means of gradient and squared gradient");
}
constexpr auto decoupled_arg() {
  return ph::arg<bool>("decoupled_weight_decay", false, "shrink parameters instead of an L2 penalty");
}

// torch's lerp, which starts from the nearer end.
template <class Real>
Real lerp(Real from, Real to, Real share) {
  const Real way = to - from;
  return share < Real(0.5) ? from + share * way : to - way * (Real(1) - share);
}

template <class Real>
struct Moments {
  Real sign;
  Real shrink, decay;  // decoupled and coupled weight decay; the other one is neutral
  Real take_m;         // 1 - beta1
  Real beta2, take_v;  // take_v = 1 - beta2
};

inline Moments<double> moments(const ph::Hypers& h, double sign, bool decoupled) {
  const double decay = h["weight_decay"];
  return {
      sign,          decoupled ? 1 - h["lr"] * decay : 1, decoupled ? 0 : decay, 1 - h["beta1"], h["beta2"],
      1 - h["beta2"]};
}

// `g` becomes the gradient that the rule works with.
template <class Real>
void advance(const Moments<Real>& s, Real& p, Real& g, Real& m, Real& v) {
  g = s.sign * g + s.decay * p;
  p *= s.shrink;
  m = lerp(m, g, s.take_m);
  v = s.beta2 * v + s.take_v * g * g;
}
