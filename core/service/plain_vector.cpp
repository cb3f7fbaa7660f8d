// Vectors on the CPU: cut into blocks of a fixed size, summed in the order of the blocks, so that a sum does
// not depend on how many threads there are.
#include "service/plain_vector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "service/float_type.hpp"
#include "service/share_out.hpp"

namespace ph {
namespace {

constexpr std::int64_t block_size = 1 << 15;
constexpr std::size_t most_blocks = 256;  // whose sums wait on the stack
constexpr std::size_t lanes = 16;         // sums beside each other, for wide registers

/// fold(total, value of a block) over all blocks in order; value(begin, end) of one block.
template <class Value, class Fold>
double over_blocks(std::int64_t n, const Value& value, const Fold& fold) {
  double total = 0;
  std::array<double, most_blocks> found;
  for (std::int64_t first = 0; first < n;) {
    const auto left = (n - first + block_size - 1) / block_size;
    const auto blocks = std::min(left, static_cast<std::int64_t>(most_blocks));
    share_out(blocks, [&](std::int64_t begin, std::int64_t end) {
      for (auto b = begin; b < end; ++b) {
        const auto from = first + b * block_size;
        found[static_cast<std::size_t>(b)] = value(from, std::min(n, from + block_size));
      }
    });
    for (std::size_t b = 0; b < static_cast<std::size_t>(blocks); ++b) total = fold(total, found[b]);
    first += blocks * block_size;
  }
  return total;
}

template <class Term>
double sum_of(std::int64_t n, const Term& term) {
  const auto block = [&](std::int64_t begin, std::int64_t end) {
    std::array<double, lanes> sums{};
    auto i = begin;
    for (; i + static_cast<std::int64_t>(lanes) <= end; i += static_cast<std::int64_t>(lanes)) {
      for (std::size_t lane = 0; lane < lanes; ++lane)
        sums[lane] += term(i + static_cast<std::int64_t>(lane));
    }
    for (; i < end; ++i) sums[0] += term(i);
    double sum = 0;
    for (const double part : sums) sum += part;
    return sum;
  };
  return over_blocks(n, block, [](double total, double part) { return total + part; });
}

std::int32_t dot(void*, const ph_place* at, ph_dtype type, std::int64_t n, const void* x, const void* y,
                 double* out) noexcept {
  return with_cpu_floats(at, type, [&](auto real) {
    const auto *a = static_cast<const decltype(real)*>(x), *b = static_cast<const decltype(real)*>(y);
    *out = sum_of(n, [=](std::int64_t i) { return static_cast<double>(a[i]) * static_cast<double>(b[i]); });
  });
}

std::int32_t abs_sum(void*, const ph_place* at, ph_dtype type, std::int64_t n, const void* x,
                     double* out) noexcept {
  return with_cpu_floats(at, type, [&](auto real) {
    const auto* a = static_cast<const decltype(real)*>(x);
    *out = sum_of(n, [=](std::int64_t i) { return std::abs(static_cast<double>(a[i])); });
  });
}

std::int32_t abs_max(void*, const ph_place* at, ph_dtype type, std::int64_t n, const void* x,
                     double* out) noexcept {
  return with_cpu_floats(at, type, [&](auto real) {
    const auto* a = static_cast<const decltype(real)*>(x);
    // NaN wins, as it does in a sum.
    const auto larger = [](double most, double value) {
      return value > most || std::isnan(value) ? value : most;
    };
    const auto block = [&](std::int64_t begin, std::int64_t end) {
      double most = 0;
      for (auto i = begin; i < end; ++i) most = larger(most, std::abs(static_cast<double>(a[i])));
      return most;
    };
    *out = over_blocks(n, block, larger);
  });
}

std::int32_t axpby(void*, const ph_place* at, ph_dtype type, std::int64_t n, double alpha, const void* x,
                   double beta, void* y) noexcept {
  return with_cpu_floats(at, type, [&](auto real) {
    using Real = decltype(real);
    const auto* from = static_cast<const Real*>(x);
    auto* to = static_cast<Real*>(y);
    const auto a = static_cast<Real>(alpha), b = static_cast<Real>(beta);
    share_out((n + block_size - 1) / block_size, [&](std::int64_t begin, std::int64_t end) {
      const auto last = std::min(n, end * block_size);
      for (auto i = begin * block_size; i < last; ++i)
        to[i] = beta == 0 ? a * from[i] : a * from[i] + b * to[i];
    });
  });
}

constexpr ph_vector table{sizeof table, 0, nullptr, dot, abs_sum, abs_max, axpby};

}  // namespace

const ph_vector* plain_vector() noexcept { return &table; }

}  // namespace ph
