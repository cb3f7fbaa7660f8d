// What batch norm and activation do to a vector of numbers; for the loops alone.
#pragma once
#include "loops/lanes.hpp"
#include "loops/norm_loops.hpp"

namespace ph::POSEHOST_VECTORS::lanes {

// Comparisons in the direction that leaves a NaN one.
template <class V>
PH_LANES V clamped(const V& value, const Clamp& clamp) {
  const V lower = V{} + clamp.lower, upper = V{} + clamp.upper;
  const V above = value < lower ? lower : value;
  return above > upper ? upper : above;
}

template <class V>
PH_LANES V let_through(const V& grad, const V& value, const Clamp& clamp) {
  const V lower = V{} + clamp.lower, upper = V{} + clamp.upper;
  const auto stopped = (value <= lower) | (value >= upper);
  return stopped ? V{} : grad;
}

/// Of a block of channels.
template <class V, int N>
struct HeldScale {
  Held<V, N> scale, offset;
  PH_LANES HeldScale(const NormScale& norm, const Block<V, N>& block)
      : scale(norm.scale, block), offset(norm.offset, block) {}
  PH_LANES V operator()(const V& x, int i) const { return scale.of[i] * x + offset.of[i]; }
};

template <class V, int N>
struct HeldGradient {
  Held<V, N> scale, grad_mean, mean, slope;
  PH_LANES HeldGradient(const NormGradient& of, const Block<V, N>& block)
      : scale(of.scale, block),
        grad_mean(of.grad_mean, block),
        mean(of.mean, block),
        slope(of.slope, block) {}
  PH_LANES V operator()(const V& grad, const V& x, int i) const {
    return scale.of[i] * (grad - grad_mean.of[i] - (x - mean.of[i]) * slope.of[i]);
  }
};

}  // namespace ph::POSEHOST_VECTORS::lanes
