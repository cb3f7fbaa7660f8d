// SPDX-License-Identifier: Apache-2.0
//
// The Newton-Schulz iteration of Muon, towards the nearest orthogonal matrix:
//   steps times:  A = X X^T;  X = a X + (b A + c A A) X   (X^T X and from the right for a tall X)
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <posehost/services.hpp>

namespace newton_schulz {

struct Settings {
  std::int64_t steps;
  std::array<double, 3> coefficients;
};

// Number: float, double or bfloat16, in which sums are made in float and every product is rounded.
// `scratch(n)` gives memory for n of them. Returns the result, in x's or in its own memory.
template <class Number, class Scratch>
Number* iterate(const ph::Linalg& linalg, const ph_place& place, ph::Matrix<Number> x,
                const Settings& settings, const Scratch& scratch) {
  const bool tall = x.rows > x.cols;
  const auto n = x.rows * x.cols, small = std::min(x.rows, x.cols);
  ph::Matrix<Number> next{scratch(n), x.rows, x.cols};
  const ph::Matrix<Number> gram{scratch(small * small), small, small};
  const ph::Matrix<Number> poly{scratch(small * small), small, small};
  const auto [a, b, c] = settings.coefficients;
  for (std::int64_t step = 0; step < settings.steps; ++step) {
    linalg.gemm(place, 1, tall ? x.transposed() : x.plain(), tall ? x.plain() : x.transposed(), 0, gram);
    std::copy(gram.data, gram.data + small * small, poly.data);
    linalg.gemm(place, c, gram.plain(), gram.plain(), b, poly);
    std::copy(x.data, x.data + n, next.data);
    linalg.gemm(place, 1, tall ? x.plain() : poly.plain(), tall ? poly.plain() : x.plain(), a, next);
    std::swap(x.data, next.data);
  }
  return x.data;
}

}  // namespace newton_schulz
