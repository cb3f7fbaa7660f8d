#include "service/plain_linalg.hpp"

#include <cstddef>

#include "service/float_type.hpp"

namespace ph {
namespace {

template <class Real>
Real* element(const ph_matrix& m, std::int64_t i, std::int64_t j) noexcept {
  return static_cast<Real*>(m.data) + i * m.row_stride + j * m.col_stride;
}

std::int32_t gemm(void*, const ph_place* at, ph_dtype type, double alpha, const ph_matrix* a,
                  const ph_matrix* b, double beta, const ph_matrix* c) noexcept {
  if (a->cols != b->rows || c->rows != a->rows || c->cols != b->cols) return PH_ERR_INVALID_ARGUMENT;
  return with_cpu_floats(at, type, [&](auto real) {
    using Real = decltype(real);
    for (std::int64_t i = 0; i < c->rows; ++i) {
      for (std::int64_t j = 0; j < c->cols; ++j) {
        double sum = 0;
        for (std::int64_t k = 0; k < a->cols; ++k) {
          sum +=
              static_cast<double>(*element<Real>(*a, i, k)) * static_cast<double>(*element<Real>(*b, k, j));
        }
        auto& out = *element<Real>(*c, i, j);
        const double old = beta == 0 ? 0 : beta * static_cast<double>(out);
        out = static_cast<Real>(alpha * sum + old);
      }
    }
  });
}

std::int32_t row_sums(void*, const ph_place* at, ph_dtype type, const ph_matrix* a, std::int32_t power,
                      void* out) noexcept {
  if (power != 1 && power != 2) return PH_ERR_INVALID_ARGUMENT;
  return with_cpu_floats(at, type, [&](auto real) {
    using Real = decltype(real);
    for (std::int64_t i = 0; i < a->rows; ++i) {
      double sum = 0;
      for (std::int64_t j = 0; j < a->cols; ++j) {
        const auto value = static_cast<double>(*element<Real>(*a, i, j));
        sum += power == 1 ? value : value * value;
      }
      static_cast<Real*>(out)[i] = static_cast<Real>(sum);
    }
  });
}

constexpr ph_linalg table{sizeof table, 0, nullptr, gemm, row_sums};

}  // namespace

const ph_linalg* plain_linalg() noexcept { return &table; }

}  // namespace ph
