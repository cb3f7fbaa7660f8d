// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.Adafactor (2.11), after Shazeer and Stern, arXiv 1804.04235; w = t^beta2_decay:
//   alpha = max(eps2, rms(p)) min(lr, 1 / sqrt(t));   p *= 1 - lr weight_decay
//   over the last two dimensions:  R = lerp(R, mean over columns of g g, w);  C = lerp(C, mean over rows, w)
//       V = R C / max(mean of R, eps1)
//   of vectors and single numbers:  V = lerp(V, g g, w)
//   u = g / sqrt(max(V, eps1^2));   p -= alpha / max(1, rms(u) / d) u
// eps1 is by default the distance from 1 to the next number of the parameters' type. A convolution's weight is
// a kernel of rows and columns for each pair of channels, as in torch.
#include <algorithm>
#include <cmath>
#include <limits>

#include "factored_mean.hpp"

namespace {

class Adafactor final : public ph::MatrixOptimizer {
 public:
  static constexpr auto info = ph::component("Adafactor", "Adam's step sizes from rows and columns alone");
  static constexpr auto args = ph::args(
      ph::arg<double>("lr", 1e-2, ph::at_least(0), ph::role::lr, "largest relative step size"),
      ph::arg<double>("beta2_decay", -0.8, ph::at_most(0), ph::role::none,
                      "exponent by which the mean square forgets"),
      ph::raw_arg(
          "eps",
          R"({"type":"array","items":{"type":["number","null"],"minimum":0},"minItems":2,"maxItems":2,"default":[null,0.001]})",
          "least root of the mean square (null: by the element type), least rms of a parameter"),
      ph::arg<double>("d", 1.0, ph::at_least(1), ph::role::none, "largest rms of a step"), shrink_arg(0.0),
      execution_switch("foreach"), maximize_arg());

  explicit Adafactor(const ph::Config& config)
      : parallel_{config},
        vector_{config},
        eps1_{config.get<std::optional<double>>("/eps/0")},
        eps2_{least_rms(config)},
        sign_{sign_of(config)} {}

  std::vector<ph::Slot> slots() const override {
    ph::Slot rows{"row_var"}, cols{"col_var"}, each{"variance"};
    rows.shape = cols.shape = PH_SLOT_SHAPE_REDUCED;
    rows.axis = -1;
    cols.axis = -2;
    rows.min_ndim = cols.min_ndim = 2;
    each.max_ndim = 1;
    return {rows, cols, each};
  }

  template <class Real>
  struct Scalars {
    Real rho, shrink, share, d;  // share: of what is new in the mean squares
  };
  Scalars<double> scalars(const ph::Hypers& h, const ph::ParamUpdate& at) const {
    const auto t = static_cast<double>(at.step());
    return {std::min(h["lr"], 1 / std::sqrt(t)), 1 - h["lr"] * h["weight_decay"],
            std::pow(t, h["beta2_decay"]), h["d"]};
  }

  template <class Real>
  void update(const ph::WholeParam<Real>& param, const Scalars<Real>& s) const {
    const double eps1 = eps1_.value_or(static_cast<double>(std::numeric_limits<Real>::epsilon()));
    const auto n = param.numel();
    const double rms =
        std::sqrt(vector_.dot(param.place(), n, param.data(), param.data()) / static_cast<double>(n));
    const double alpha = std::max(eps2_, rms) * static_cast<double>(s.rho);
    auto* const step = param.template scratch<Real>(n);
    if (param.ndim() < 2)
      towards_vector(param, s, static_cast<Real>(eps1 * eps1), step);
    else
      towards_matrices(param, s, eps1, step);
    const double length = std::sqrt(vector_.dot(param.place(), n, step, step) / static_cast<double>(n)) /
                          static_cast<double>(s.d);
    const auto by = static_cast<Real>(sign_ * alpha / std::max(1.0, length));
    auto* const p = param.data();
    parallel_.run(n, grain, [=](std::int64_t begin, std::int64_t end) {
      for (auto i = begin; i < end; ++i) p[i] = p[i] * s.shrink - by * step[i];
    });
  }

 private:
  static constexpr std::int64_t grain = 1 << 15;

  static double least_rms(const ph::Config& config) {
    if (!config.has("/eps/1"))
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "eps without a second number; expected [null, 0.001]");
    return config.get<double>("/eps/1");
  }

  template <class Real>
  void towards_vector(const ph::WholeParam<Real>& param, const Scalars<Real>& s, Real least,
                      Real* step) const {
    const auto* const g = param.grad();
    auto* const v = param.template slot<Real>(2);
    for (std::int64_t i = 0; i < param.numel(); ++i) {
      v[i] = lerp(v[i], g[i] * g[i], s.share);
      step[i] = g[i] / std::sqrt(std::max(v[i], least));
    }
  }

  template <class Real>
  void towards_matrices(const ph::WholeParam<Real>& param, const Scalars<Real>& s, double eps1,
                        Real* step) const {
    const FactoredRule<Real> rule{s.share,
                                  static_cast<Real>(eps1),
                                  static_cast<Real>(eps1 * eps1),
                                  param.template slot<Real>(0),
                                  param.template slot<Real>(1),
                                  step};
    const Kernels kernels(param);
    if (kernels.rows <= 16 && kernels.cols <= 16) return factor_kernels(rule, kernels, param, parallel_);
    const FactoredMatrix<Real> matrix(kernels, param);
    for (std::int64_t o = 0; o < kernels.outer; ++o)
      for (std::int64_t i = 0; i < kernels.inner; ++i)
        matrix.advance(rule, param.grad(), o * kernels.inner + i,
                       Kernels::offset(param, o) + i * kernels.inner_stride, parallel_);
  }

  ph::Parallel parallel_;
  ph::Vector vector_;
  std::optional<double> eps1_;
  double eps2_, sign_;
};

}  // namespace

POSEHOST_COMPONENT(Adafactor);
