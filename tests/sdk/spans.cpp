#include <posehost/spans.hpp>

#include <array>
#include <cmath>
#include <cstring>
#include <random>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

// Adam's element: divisions, a square root, two slots.
template <class Real>
struct Rule {
  Real b1, b2, eps, lr;
  void operator()(Real& p, Real g, Real& m, Real& v) const {
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g * g;
    p -= lr * m / (std::sqrt(v) + eps);
  }
};

template <class Real>
struct State {
  std::vector<Real> p, g, m, v;
  explicit State(std::size_t n) {
    std::mt19937 random(7);
    std::normal_distribution<double> normal;
    for (auto* values : {&p, &g, &m, &v})
      for (std::size_t i = 0; i < n; ++i) values->push_back(static_cast<Real>(normal(random)));
    for (auto& value : v) value = std::abs(value);
  }
  bool same_bits(const State& other) const {
    const auto equal = [](const auto& a, const auto& b) {
      return std::memcmp(a.data(), b.data(), a.size() * sizeof(Real)) == 0;
    };
    return equal(p, other.p) && equal(m, other.m) && equal(v, other.v);
  }
};

template <class Real, class Loop>
State<Real> run(Loop loop, std::size_t n) {
  State<Real> state(n);
  const Rule<Real> rule{Real(0.9), Real(0.999), Real(1e-8), Real(1e-3)};
  for (int step = 0; step < 3; ++step)
    loop(static_cast<std::int64_t>(n), rule, state.p.data(), std::as_const(state.g).data(), state.m.data(),
         state.v.data());
  return state;
}

template <class Real>
void check_equal(std::size_t n) {
  using namespace ph::detail;
  const auto plain = run<Real>(
      [](std::int64_t count, Rule<Real> rule, Real* p, const Real* g, Real* m, Real* v) {
        for (std::int64_t i = 0; i < count; ++i) rule(p[i], g[i], m[i], v[i]);
      },
      n);
  const auto with = [&](auto loop) { return run<Real>(loop, n).same_bits(plain); };
  CHECK(with([](auto... a) { loop_baseline(ElementLoop{}, a...); }));
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    CHECK(with([](auto... a) { loop_avx2(ElementLoop{}, a...); }));
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    CHECK(with([](auto... a) { loop_avx512(ElementLoop{}, a...); }));
#endif
  CHECK(with([](auto... a) { run_loop(ElementLoop{}, a...); }));
}

/// Two sums over the elements by `loop`, which updates p on the way.
template <class Real, class Loop>
std::array<double, 2> sums(const Loop& loop, std::size_t n) {
  State<Real> state(n);
  std::array<double, 2> found{1, 2};  // what was there before stays in
  const auto rule = [](Real& p, Real g, double(&terms)[2]) {
    terms[0] = static_cast<double>(p) * static_cast<double>(p);
    terms[1] = static_cast<double>(g);
    p -= g;
  };
  loop(ph::detail::SumLoop<2>{found.data()}, static_cast<std::int64_t>(n), rule, state.p.data(),
       std::as_const(state.g).data());
  return found;
}

template <class Real>
void check_sums(std::size_t n) {
  using namespace ph::detail;
  const State<Real> state(n);
  double squares = 1, total = 2, scale = 3;
  for (std::size_t i = 0; i < n; ++i) {
    squares += static_cast<double>(state.p[i]) * static_cast<double>(state.p[i]);
    total += static_cast<double>(state.g[i]);
    scale += std::abs(static_cast<double>(state.g[i]));
  }
  const auto plain = sums<Real>([](auto... a) { loop_baseline(a...); }, n);
  // Another order of additions: off by the rounding of each of them at most.
  CHECK(std::abs(plain[0] - squares) <= static_cast<double>(n + 1) * 1.2e-16 * squares);
  CHECK(std::abs(plain[1] - total) <= static_cast<double>(n + 1) * 1.2e-16 * scale);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    CHECK((sums<Real>([](auto... a) { loop_avx2(a...); }, n) == plain));
#endif
  CHECK((sums<Real>([](auto... a) { run_loop(a...); }, n) == plain));
}

}  // namespace

TEST_CASE("every width of vectors gives the same bits", "[sdk][spans]") {
  // 0 and 1, odd tails, and more than any unrolled block.
  for (const std::size_t n : {0u, 1u, 7u, 16u, 33u, 1000u, 4099u}) {
    CAPTURE(n);
    check_equal<float>(n);
    check_equal<double>(n);
    check_sums<float>(n);
    check_sums<double>(n);
  }
}

TEST_CASE("the number of slots follows from the rule", "[sdk][spans]") {
  using ph::detail::Types;
  const auto slots = [](auto rule, auto real) {
    using Real = decltype(real);
    return ph::detail::count_slots<decltype(rule), Real, Types<Real&, Real>, Types<>>();
  };
  const auto none = [](float&, float) {};
  const auto two = [](float&, float, float&, float&) {};
  CHECK(slots(none, float{}) == 0);
  CHECK(slots(two, float{}) == 2);
  CHECK(slots(Rule<double>{}, double{}) == 2);
  const auto adding = [](float&, float, float&, double(&)[3]) {};
  CHECK(ph::detail::count_slots<decltype(adding), float, Types<float&, float>, Types<double(&)[3]>>() == 1);
  const auto evaluating = [](float&, float&) {};
  CHECK(ph::detail::count_slots<decltype(evaluating), float, Types<float&>, Types<>>() == 1);
}
