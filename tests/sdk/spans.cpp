#include <posehost/spans.hpp>

#include <cmath>
#include <cstring>
#include <random>
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
    loop(state.p.data(), state.g.data(), static_cast<std::int64_t>(n), rule, state.m.data(), state.v.data());
  return state;
}

template <class Real>
void check_equal(std::size_t n) {
  using namespace ph::detail;
  const auto plain = run<Real>(
      [](Real* p, const Real* g, std::int64_t count, Rule<Real> rule, Real* m, Real* v) {
        for (std::int64_t i = 0; i < count; ++i) rule(p[i], g[i], m[i], v[i]);
      },
      n);
  const auto with = [&](auto loop) { return run<Real>(loop, n).same_bits(plain); };
  using R = Rule<Real>;
  CHECK(with([](auto... a) { loop_baseline<Real, R, Real, Real>(a...); }));
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    CHECK(with([](auto... a) { loop_avx2<Real, R, Real, Real>(a...); }));
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    CHECK(with([](auto... a) { loop_avx512<Real, R, Real, Real>(a...); }));
#endif
  CHECK(with([](auto... a) { run_loop<Real, R, Real, Real>(a...); }));
}

}  // namespace

TEST_CASE("every width of vectors gives the same bits", "[sdk][spans]") {
  // 0 and 1, odd tails, and more than any unrolled block.
  for (const std::size_t n : {0u, 1u, 7u, 16u, 33u, 1000u, 4099u}) {
    CAPTURE(n);
    check_equal<float>(n);
    check_equal<double>(n);
  }
}

TEST_CASE("the number of slots follows from the rule", "[sdk][spans]") {
  using ph::detail::count_slots;
  const auto none = [](float&, float) {};
  const auto two = [](float&, float, float&, float&) {};
  CHECK(count_slots<decltype(none), float>() == 0);
  CHECK(count_slots<decltype(two), float>() == 2);
  CHECK(count_slots<Rule<double>, double>() == 2);
}
