// SPDX-License-Identifier: Apache-2.0
//
// Muon (Jordan et al. 2024), as in torch.optim.Muon: momentum, made orthogonal by a Newton-Schulz iteration
//   b = lerp(b, g, 1 - momentum);  u = nesterov ? lerp(g, b, momentum) : b
//   X = newton_schulz(u / max(|u|, eps));  p *= 1 - lr weight_decay;  p -= lr ratio X
// A convolution's weight counts as a matrix, outputs by everything else. torch rounds to bfloat16 before it
// iterates; so does ns_dtype "bf16". Parameters of one dimension belong to another optimizer.
#include <algorithm>
#include <cmath>
#include <string>

#include <posehost/bfloat16.hpp>
#include <posehost/matrix_optimizer.hpp>

#include "newton_schulz.hpp"

namespace {

class Muon final : public ph::MatrixOptimizer {
 public:
  static constexpr auto info =
      ph::component("Muon", "momentum made orthogonal, for matrices and convolutions");
  static constexpr auto args = ph::args(
      ph::arg<double>("lr", 1e-3, ph::at_least(0), ph::role::lr, "step size"),
      ph::arg<double>("weight_decay", 0.1, ph::at_least(0), ph::role::weight_decay, "decoupled decay"),
      ph::arg<double>("momentum", 0.95, ph::at_least(0), ph::role::momentum, "share of the last steps kept"),
      ph::arg<bool>("nesterov", true, "look ahead along the momentum"),
      ph::arg<std::array<double, 3>>("ns_coefficients", ph::list(3.4445, -4.775, 2.0315),
                                     "coefficients of the Newton-Schulz iteration"),
      ph::arg<double>("eps", 1e-7, ph::above(0), ph::role::none, "least norm to divide by"),
      ph::arg<std::int64_t>("ns_steps", 5, ph::at_least(1), ph::at_most(99), "Newton-Schulz iterations"),
      ph::arg<std::optional<std::string>>("adjust_lr_fn", ph::null, ph::one_of("original", "match_rms_adamw"),
                                          "how the lr follows the shape"),
      ph::arg<std::string>(
          "ns_dtype", "auto", ph::one_of("auto", "param", "bf16"),
          "iterate in the parameters' type, in bf16 as torch, or in bf16 where that is faster"));

  explicit Muon(const ph::Config& config)
      : linalg_{config},
        vector_{config},
        nesterov_{config.get<bool>("nesterov")},
        match_rms_{config.has("adjust_lr_fn") &&
                   config.get<std::string>("adjust_lr_fn") == "match_rms_adamw"},
        iterate_in_{config.get<std::string>("ns_dtype")},
        settings_{config.get<std::int64_t>("ns_steps"),
                  config.get<std::array<double, 3>>("ns_coefficients")} {}

  std::vector<ph::Slot> slots() const override { return {{"momentum_buffer"}}; }

  void prepare(const ph_layout& layout) override {
    for (std::int64_t i = 0; i < layout.n_params; ++i) {
      const auto& param = *layout.params[i];
      if (param.ndim >= 2) continue;
      throw ph::Failure(PH_ERR_UNSUPPORTED, "parameter " + std::string(ph::detail::from_ph(param.name)) +
                                                " has " + std::to_string(param.ndim) +
                                                " dimensions; expected matrices and convolutions, and "
                                                "\"others\": {\"type\": ...}, the optimizer of "
                                                "the rest");
    }
  }

  template <class Real>
  struct Scalars {
    Real lr, shrink, momentum, eps;
  };
  Scalars<double> scalars(const ph::Hypers& h, const ph::ParamUpdate&) const {
    return {h["lr"], 1 - h["lr"] * h["weight_decay"], h["momentum"], h["eps"]};
  }

  template <class Real>
  void update(const ph::WholeParam<Real>& param, const Scalars<Real>& s) const {
    const auto n = param.numel();
    auto* const buffer = param.template slot<Real>(0);
    auto* const x = param.template scratch<Real>(n);
    for (std::int64_t i = 0; i < n; ++i) {
      const Real g = param.grad()[i];
      buffer[i] = lerp(buffer[i], g, 1 - s.momentum);
      x[i] = nesterov_ ? lerp(g, buffer[i], s.momentum) : buffer[i];
    }
    const auto [rows, cols] = extents(param);
    const auto step = static_cast<Real>(static_cast<double>(s.lr) * ratio(rows, cols));
    orthogonal(param, ph::Matrix<Real>{x, rows, cols}, s.eps, [&](std::int64_t i, Real direction) {
      param.data()[i] = param.data()[i] * s.shrink - step * direction;
    });
  }

 private:
  // Outputs are the outermost in memory, in torch's layouts of a convolution (channels last or not): the
  // rows are contiguous. The order within a row does not matter: X X^T is the same.
  template <class Real>
  static std::pair<std::int64_t, std::int64_t> extents(const ph::WholeParam<Real>& param) {
    const auto rows = param.size(0), cols = param.numel() / rows;
    if (rows > 1 && param.stride(0) != cols)
      throw ph::Failure(PH_ERR_UNSUPPORTED, "parameter " + std::string(param.name()) +
                                                " does not lie in memory row by row along its first axis");
    return {rows, cols};
  }

  double ratio(std::int64_t rows, std::int64_t cols) const {
    const auto a = static_cast<double>(rows), b = static_cast<double>(cols);
    return match_rms_ ? 0.2 * std::sqrt(std::max(a, b)) : std::sqrt(std::max(1.0, a / b));
  }

  // The iteration in floats of 16 bits, where it takes a quarter of the time.
  bool in_bfloat16(const ph_place& place) const {
    if (iterate_in_ == "param") return false;
    if (linalg_.has_bfloat16(place)) return true;
    if (iterate_in_ == "auto") return false;
    throw ph::Failure(PH_ERR_UNSUPPORTED,
                      "ns_dtype bf16: the host has no fast product of bfloat16 matrices here (avx512_bf16, "
                      "AMX or a GPU); expected \"auto\" or \"param\"");
  }

  // Takes `x` made orthogonal to use(i), its element i.
  template <class Real, class Use>
  void orthogonal(const ph::WholeParam<Real>& param, const ph::Matrix<Real>& x, Real eps,
                  const Use& use) const {
    const auto n = x.rows * x.cols;
    const auto scratch_of = [&](auto number) {
      return [&](std::int64_t count) { return param.template scratch<decltype(number)>(count); };
    };
    const double norm =
        std::max(std::sqrt(vector_.dot(param.place(), n, x.data, x.data)), static_cast<double>(eps));
    for (std::int64_t i = 0; i < n; ++i) x.data[i] = static_cast<Real>(static_cast<double>(x.data[i]) / norm);
    if (!in_bfloat16(param.place())) {
      const auto* result = newton_schulz::iterate(linalg_, param.place(), x, settings_, scratch_of(Real{}));
      for (std::int64_t i = 0; i < n; ++i) use(i, result[i]);
      return;
    }
    const ph::Matrix<ph::bfloat16> rounded{param.template scratch<ph::bfloat16>(n), x.rows, x.cols};
    for (std::int64_t i = 0; i < n; ++i) rounded.data[i] = ph::bfloat16(static_cast<float>(x.data[i]));
    const auto* result =
        newton_schulz::iterate(linalg_, param.place(), rounded, settings_, scratch_of(ph::bfloat16{}));
    for (std::int64_t i = 0; i < n; ++i) use(i, static_cast<Real>(static_cast<float>(result[i])));
  }

  template <class Real>
  static Real lerp(Real a, Real b, Real way) {
    return way < Real(0.5) ? a + way * (b - a) : b - (b - a) * (Real(1) - way);
  }

  ph::Linalg linalg_;
  ph::Vector vector_;
  bool nesterov_, match_rms_;
  std::string iterate_in_;
  newton_schulz::Settings settings_;
};

}  // namespace

POSEHOST_COMPONENT(Muon);
