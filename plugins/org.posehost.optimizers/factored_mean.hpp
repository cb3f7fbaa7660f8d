// SPDX-License-Identifier: Apache-2.0
//
// Adafactor's mean square of a gradient, kept by rows R and columns C of the last two dimensions:
//   R = lerp(R, mean of g g over the columns, share);   C = lerp(C, mean over the rows, share)
//   u = g / sqrt(max(R C / max(mean of R, floor), least))
// Convolutions are many small kernels, worked on several at a time; a linear layer is one large matrix, shared
// among the threads. Neither result depends on how many there are.
#pragma once
#include <algorithm>
#include <cmath>

#include <posehost/matrix_optimizer.hpp>

#include "moments.hpp"

template <class Real>
struct FactoredRule {
  Real share, floor, least;
  Real *row_var, *col_var;  // R and C, row-major
  Real* out;                // u, in the gradient's layout
};

/// Where the kernels of a parameter of two or more dimensions lie.
struct Kernels {
  template <class Real>
  explicit Kernels(const ph::WholeParam<Real>& param)
      : rows{param.size(param.ndim() - 2)},
        cols{param.size(param.ndim() - 1)},
        row_stride{param.stride(param.ndim() - 2)},
        col_stride{param.stride(param.ndim() - 1)} {
    if (param.ndim() > 2) {
      inner = param.size(param.ndim() - 3);
      inner_stride = param.stride(param.ndim() - 3);
    }
    outer = param.numel() / (rows * cols * inner);
  }
  /// First element of those that share all indices but the last three.
  template <class Real>
  static std::int64_t offset(const ph::WholeParam<Real>& param, std::int64_t o) {
    std::int64_t at = 0;
    for (auto axis = param.ndim() - 4; axis >= 0; --axis) {
      at += o % param.size(axis) * param.stride(axis);
      o /= param.size(axis);
    }
    return at;
  }
  std::int64_t rows, cols, row_stride, col_stride, inner = 1, inner_stride = 0, outer = 1;
};

/// Up to 16 kernels of at most 16 x 16: element l of each is `stride` apart. `first` is the number of the
/// first kernel, `at` its first element.
template <class Real, class Stride>
void factor_some(const FactoredRule<Real>& rule, const Kernels& k, const Real* grad, std::int64_t first,
                 std::int64_t at, std::int64_t n, Stride stride) {
  Real by_row[16][16], by_col[16][16], mean[16] = {};
  for (std::int64_t r = 0; r < k.rows; ++r) std::fill_n(by_row[r], n, Real(0));
  for (std::int64_t c = 0; c < k.cols; ++c) std::fill_n(by_col[c], n, Real(0));
  for (std::int64_t r = 0; r < k.rows; ++r)
    for (std::int64_t c = 0; c < k.cols; ++c) {
      const Real* const g = grad + at + r * k.row_stride + c * k.col_stride;
      for (std::int64_t l = 0; l < n; ++l) {
        const Real square = g[l * stride] * g[l * stride];
        by_row[r][l] += square;
        by_col[c][l] += square;
      }
    }
  const auto advance = [&](Real* kept, std::int64_t size, std::int64_t i, Real over, Real* sums) {
    for (std::int64_t l = 0; l < n; ++l) {
      Real& var = kept[(first + l) * size + i];
      sums[l] = var = lerp(var, sums[l] / over, rule.share);
    }
  };
  for (std::int64_t r = 0; r < k.rows; ++r) {
    advance(rule.row_var, k.rows, r, static_cast<Real>(k.cols), by_row[r]);
    for (std::int64_t l = 0; l < n; ++l) mean[l] += by_row[r][l];
  }
  for (std::int64_t c = 0; c < k.cols; ++c)
    advance(rule.col_var, k.cols, c, static_cast<Real>(k.rows), by_col[c]);
  for (std::int64_t l = 0; l < n; ++l) mean[l] = std::max(mean[l] / static_cast<Real>(k.rows), rule.floor);
  for (std::int64_t r = 0; r < k.rows; ++r)
    for (std::int64_t c = 0; c < k.cols; ++c) {
      const auto from = at + r * k.row_stride + c * k.col_stride;
      for (std::int64_t l = 0; l < n; ++l) {
        const Real var = by_row[r][l] * by_col[c][l] / mean[l];
        rule.out[from + l * stride] = grad[from + l * stride] / std::sqrt(std::max(var, rule.least));
      }
    }
}

/// All kernels of a convolution.
template <class Real>
void factor_kernels(const FactoredRule<Real>& rule, const Kernels& k, const ph::WholeParam<Real>& param,
                    const ph::Parallel& parallel) {
  const auto work = k.inner * k.rows * k.cols;
  parallel.run(
      k.outer, std::max<std::int64_t>(1, (1 << 15) / work), [&](std::int64_t begin, std::int64_t end) {
        for (auto o = begin; o < end; ++o) {
          const auto start = Kernels::offset(param, o);
          for (std::int64_t i = 0; i < k.inner; i += 16) {
            const auto first = o * k.inner + i, at = start + i * k.inner_stride;
            const auto n = std::min<std::int64_t>(16, k.inner - i);
            if (k.inner_stride == 1)
              factor_some(rule, k, param.grad(), first, at, n, std::integral_constant<std::int64_t, 1>{});
            else
              factor_some(rule, k, param.grad(), first, at, n, k.inner_stride);
          }
        }
      });
}

/// Sum of squares, several beside each other so that no addition waits for the one before.
template <class Real>
double sum_squares(const Real* x, std::int64_t stride, std::int64_t n) {
  double sums[8] = {}, sum = 0;
  std::int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::int64_t l = 0; l < 8; ++l) {
      const auto value = static_cast<double>(x[(i + l) * stride]);
      sums[l] += value * value;
    }
  for (; i < n; ++i) sum += static_cast<double>(x[i * stride]) * static_cast<double>(x[i * stride]);
  for (const double part : sums) sum += part;
  return sum;
}

/// One large matrix. Lines are its rows, or its columns where those lie closer together.
template <class Real>
class FactoredMatrix {
 public:
  FactoredMatrix(const Kernels& k, const ph::WholeParam<Real>& param)
      : by_rows_{k.row_stride >= k.col_stride},
        lines_{by_rows_ ? k.rows : k.cols},
        width_{by_rows_ ? k.cols : k.rows},
        line_stride_{by_rows_ ? k.row_stride : k.col_stride},
        stride_{by_rows_ ? k.col_stride : k.row_stride},
        block_{std::max<std::int64_t>(1, (1 << 15) / width_)},
        blocks_{(lines_ + block_ - 1) / block_},
        partial_{param.template scratch<double>(blocks_ * width_)} {}

  /// The matrix number `b` of the parameter; its first element is `at`.
  void advance(const FactoredRule<Real>& rule, const Real* grad, std::int64_t b, std::int64_t at,
               const ph::Parallel& parallel) const {
    auto* const line_var = (by_rows_ ? rule.row_var : rule.col_var) + b * lines_;
    auto* const across_var = (by_rows_ ? rule.col_var : rule.row_var) + b * width_;
    parallel.run(blocks_, 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto block = begin; block < end; ++block) add_block(rule.share, grad + at, block, line_var);
    });
    for (std::int64_t j = 0; j < width_; ++j) {
      double sum = 0;
      for (std::int64_t block = 0; block < blocks_; ++block) sum += partial_[block * width_ + j];
      across_var[j] = lerp(across_var[j], static_cast<Real>(sum / static_cast<double>(lines_)), rule.share);
    }
    const auto* const row_var = by_rows_ ? line_var : across_var;
    const auto rows = by_rows_ ? lines_ : width_;
    double sum = 0;
    for (std::int64_t i = 0; i < rows; ++i) sum += static_cast<double>(row_var[i]);
    const Real mean = std::max(static_cast<Real>(sum / static_cast<double>(rows)), rule.floor);
    parallel.run(lines_, block_, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = begin; i < end; ++i)
        for (std::int64_t j = 0; j < width_; ++j) {
          const auto here = at + i * line_stride_ + j * stride_;
          const Real var = line_var[i] * across_var[j] / mean;
          rule.out[here] = grad[here] / std::sqrt(std::max(var, rule.least));
        }
    });
  }

 private:
  void add_block(Real share, const Real* grad, std::int64_t block, Real* line_var) const {
    auto* const sums = partial_ + block * width_;
    std::fill_n(sums, width_, 0.0);
    for (auto i = block * block_; i < std::min(lines_, (block + 1) * block_); ++i) {
      const auto* const line = grad + i * line_stride_;
      for (std::int64_t j = 0; j < width_; ++j)
        sums[j] += static_cast<double>(line[j * stride_]) * static_cast<double>(line[j * stride_]);
      const auto mean = sum_squares(line, stride_, width_) / static_cast<double>(width_);
      line_var[i] = lerp(line_var[i], static_cast<Real>(mean), share);
    }
  }

  bool by_rows_;
  std::int64_t lines_, width_, line_stride_, stride_, block_, blocks_;
  double* partial_;
};
