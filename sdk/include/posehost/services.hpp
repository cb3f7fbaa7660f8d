// SPDX-License-Identifier: MIT
//
// The host's services: threads, random numbers, vectors, matrices. Made in the constructor from its
// Config; a host that lacks one is a Failure that names it. What fails throws.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <posehost/bfloat16.hpp>
#include <posehost/config.hpp>

namespace ph {
namespace detail {

template <class Table>
const Table* required_service(const Config& config, std::string_view id) {
  const auto* table = config.host().service<Table>(id);
  if (table == nullptr) throw Failure(PH_ERR_UNSUPPORTED, "this host has no service " + std::string(id));
  return table;
}

inline void service_ok(std::int32_t status, const char* what) {
  if (status != PH_OK) throw Failure(status, std::string("the host's service failed: ") + what);
}

template <class Real>
constexpr ph_dtype dtype_of() {
  return {PH_DTYPE_FLOAT, sizeof(Real) * 8, 1};
}
template <>
constexpr ph_dtype dtype_of<bfloat16>() {
  return {PH_DTYPE_BFLOAT, 16, 1};
}

}  // namespace detail

// posehost.parallel: body(begin, end) on the host's threads.
class Parallel {
 public:
  explicit Parallel(const Config& config)
      : table_(detail::required_service<ph_parallel>(config, PH_SERVICE_PARALLEL)) {}

  int threads() const noexcept { return table_->threads(table_->ctx); }
  // Covers [0, n) once, in pieces of at least `grain`. The body must not throw. [main, step]
  template <class Body>
  void run(std::int64_t n, std::int64_t grain, const Body& body) const {
    table_->run(
        table_->ctx, n, grain,
        [](void* user, std::int64_t begin, std::int64_t end) {
          (*static_cast<const Body*>(user))(begin, end);
        },
        const_cast<Body*>(&body));
  }

 private:
  const ph_parallel* table_;
};

// posehost.random: numbers that depend on the run's seed, this component, a purpose and an iteration.
class Random {
 public:
  explicit Random(const Config& config)
      : table_(detail::required_service<ph_random>(config, PH_SERVICE_RANDOM)) {}

  // 64 uniform bits each. [any thread]
  void bits(std::string_view purpose, std::int64_t iter, std::int64_t first, std::uint64_t* out,
            std::int64_t n) const noexcept {
    table_->bits(table_->ctx, detail::to_ph(purpose), iter, first, out, n);
  }
  // One number in [0, 1). [any thread]
  double uniform(std::string_view purpose, std::int64_t iter, std::int64_t index) const noexcept {
    std::uint64_t word = 0;
    bits(purpose, iter, index, &word, 1);
    return static_cast<double>(word >> 11) * 0x1p-53;
  }

 private:
  const ph_random* table_;
};

// posehost.vector. Real: float or double. [main, step]
class Vector {
 public:
  explicit Vector(const Config& config)
      : table_(detail::required_service<ph_vector>(config, PH_SERVICE_VECTOR)) {}

  template <class Real>
  double dot(const ph_place& at, std::int64_t n, const Real* x, const Real* y) const {
    double out = 0;
    detail::service_ok(table_->dot(table_->ctx, &at, detail::dtype_of<Real>(), n, x, y, &out), "dot");
    return out;
  }
  template <class Real>
  double abs_sum(const ph_place& at, std::int64_t n, const Real* x) const {
    double out = 0;
    detail::service_ok(table_->abs_sum(table_->ctx, &at, detail::dtype_of<Real>(), n, x, &out), "abs_sum");
    return out;
  }
  template <class Real>
  double abs_max(const ph_place& at, std::int64_t n, const Real* x) const {
    double out = 0;
    detail::service_ok(table_->abs_max(table_->ctx, &at, detail::dtype_of<Real>(), n, x, &out), "abs_max");
    return out;
  }
  // y = alpha x + beta y
  template <class Real>
  void axpby(const ph_place& at, std::int64_t n, double alpha, const Real* x, double beta, Real* y) const {
    detail::service_ok(table_->axpby(table_->ctx, &at, detail::dtype_of<Real>(), n, alpha, x, beta, y),
                       "axpby");
  }

 private:
  const ph_vector* table_;
};

// A dense matrix, row by row.
template <class Real>
struct Matrix {
  Real* data;
  std::int64_t rows, cols;

  ph_matrix plain() const noexcept { return {sizeof(ph_matrix), 0, data, rows, cols, cols, 1}; }
  ph_matrix transposed() const noexcept { return {sizeof(ph_matrix), 0, data, cols, rows, 1, cols}; }
};

// posehost.linalg. [main, step]
class Linalg {
 public:
  explicit Linalg(const Config& config)
      : table_(detail::required_service<ph_linalg>(config, PH_SERVICE_LINALG)) {}

  // Whether gemm() takes matrices of bfloat16 there, which it then computes faster than those of floats.
  bool has_bfloat16(const ph_place& at) const noexcept {
    const auto none = Matrix<bfloat16>{nullptr, 0, 0}.plain();
    return table_->gemm(table_->ctx, &at, detail::dtype_of<bfloat16>(), 1, &none, &none, 0, &none) == PH_OK;
  }
  // C = alpha A B + beta C; C overlaps neither.
  template <class Real>
  void gemm(const ph_place& at, double alpha, const ph_matrix& a, const ph_matrix& b, double beta,
            const Matrix<Real>& c) const {
    const auto out = c.plain();
    detail::service_ok(table_->gemm(table_->ctx, &at, detail::dtype_of<Real>(), alpha, &a, &b, beta, &out),
                       "gemm");
  }
  // out[i] = sum of row i, of the elements (power 1) or their squares (power 2).
  template <class Real>
  void row_sums(const ph_place& at, const ph_matrix& a, std::int32_t power, Real* out) const {
    detail::service_ok(table_->row_sums(table_->ctx, &at, detail::dtype_of<Real>(), &a, power, out),
                       "row_sums");
  }

 private:
  const ph_linalg* table_;
};

}  // namespace ph
