// SPDX-License-Identifier: MIT
//
// The loop over the elements of an elementwise optimizer. The author writes what happens to one
// element; this file repeats it with the widest vectors that the processor has. Without contraction
// to fused multiply-add (-ffp-contract=off, which posehost_add_plugin sets) every width gives the
// same bits.
#pragma once
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <posehost/failure.hpp>

namespace ph {
namespace detail {

#if defined(__clang__)
#define PH_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define PH_INDEPENDENT _Pragma("GCC ivdep")
#endif

struct ElementLoop {
  template <class Rule, class... T>
  __attribute__((always_inline)) void operator()(std::int64_t n, Rule rule, T* __restrict... at) const {
    PH_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) rule(at[i]...);
  }
};

// Adds to sums[K] what the rule puts into its last argument, double (&terms)[K]. Sums lie beside each
// other so that no addition waits for the one before; their number is fixed, so that every instruction
// set gives the same bits.
template <std::size_t K>
struct SumLoop {
  static constexpr std::int64_t n_lanes = 16;
  double* sums;

  template <class Rule, class... T>
  __attribute__((always_inline)) void operator()(std::int64_t n, Rule rule, T* __restrict... at) const {
    double lanes[K][n_lanes] = {};
    std::int64_t i = 0;
    for (; i + n_lanes <= n; i += n_lanes) {
      PH_INDEPENDENT
      for (std::int64_t lane = 0; lane < n_lanes; ++lane) {
        double terms[K] = {};
        rule(at[i + lane]..., terms);
        for (std::size_t k = 0; k < K; ++k) lanes[k][lane] += terms[k];
      }
    }
    for (; i < n; ++i) {
      double terms[K] = {};
      rule(at[i]..., terms);
      for (std::size_t k = 0; k < K; ++k) lanes[k][0] += terms[k];
    }
    for (std::size_t k = 0; k < K; ++k)
      for (std::int64_t lane = 0; lane < n_lanes; ++lane) sums[k] += lanes[k][lane];
  }
};

// One copy per instruction set. `flatten` pulls the author's rule into each copy, so that it is
// compiled for that set; target_clones would need ifunc and, by model name, misses some processors.
template <class Loop, class Rule, class... T>
__attribute__((flatten, noinline)) void loop_baseline(Loop loop, std::int64_t n, Rule rule,
                                                      T* __restrict... at) {
  loop(n, rule, at...);
}
#if defined(__x86_64__)
template <class Loop, class Rule, class... T>
__attribute__((flatten, noinline, target("avx2,fma"))) void loop_avx2(Loop loop, std::int64_t n, Rule rule,
                                                                      T* __restrict... at) {
  loop(n, rule, at...);
}
template <class Loop, class Rule, class... T>
__attribute__((flatten, noinline, target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"))) void loop_avx512(
    Loop loop, std::int64_t n, Rule rule, T* __restrict... at) {
  loop(n, rule, at...);
}
#endif

template <class Loop, class Rule, class... T>
void run_loop(Loop loop, std::int64_t n, const Rule& rule, T*... at) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    return loop_avx512(loop, n, rule, at...);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return loop_avx2(loop, n, rule, at...);
#endif
  loop_baseline(loop, n, rule, at...);
}

template <class T, std::size_t>
using Repeat = T;

// A list of types.
template <class... T>
struct Types {};

template <class Rule, class Real, std::size_t... I, class... First, class... Last>
constexpr bool takes_slots(std::index_sequence<I...>, Types<First...>, Types<Last...>) {
  return std::is_invocable_v<Rule, First..., Repeat<Real&, I>..., Last...>;
}
// How many slots `Rule` takes between the arguments First and Last.
template <class Rule, class Real, class First, class Last, std::size_t N = 0>
constexpr std::size_t count_slots() {
  static_assert(N <= 8,
                "the rule must be callable as rule(Real& param, Real grad, Real& slot...), at most 8 slots; "
                "for sums, double (&terms)[K] comes last; without grad for weights to evaluate");
  if constexpr (N > 8)
    return 0;
  else if constexpr (takes_slots<Rule, Real>(std::make_index_sequence<N>(), First{}, Last{}))
    return N;
  else
    return count_slots<Rule, Real, First, Last, N + 1>();
}

}  // namespace detail

// One piece of a parameter, for rules that need a loop of their own.
template <class Real>
struct Span {
  Real* param;
  const Real* grad;
  std::int64_t size;
  void* const* slots;
  std::uint32_t index;  // ph_param.index

  template <class Slot = Real>
  Slot* slot(std::size_t i) const noexcept {
    return static_cast<Slot*>(slots[i]);
  }
};

// The pieces to update in one call; all have a gradient and the same step. Real: float or double.
template <class Real>
class Spans {
 public:
  Spans(const ph_range_args& args, std::size_t n_slots, std::size_t n_sums = 0) noexcept
      : args_(args), n_slots_(n_slots), n_sums_(n_sums) {}

  // Calls rule(Real& param, Real grad, Real& slot...) for each element, with as many slots, in the
  // order of slots(), as the rule takes. The rule must be pure but for what it gets by reference;
  // capture numbers by value.
  template <class Rule>
  void each(const Rule& rule) const {
    constexpr auto n = checked<Rule, detail::Types<Real&, Real>, detail::Types<>>();
    if (n > n_slots_) throw_slots();
    for (std::int64_t i = 0; i < size(); ++i) {
      const auto span = (*this)[i];
      if (span.grad != nullptr) run(detail::ElementLoop{}, span, rule, std::make_index_sequence<n>());
    }
  }

  // The same with sums: rule(Real& param, Real grad, Real& slot..., double (&terms)[K]) sets what this
  // element adds to the first K of the n_sums sums of this pass.
  template <std::size_t K, class Rule>
  void each_sum(const Rule& rule) const {
    constexpr auto n = checked<Rule, detail::Types<Real&, Real>, detail::Types<double(&)[K]>>();
    if (n > n_slots_) throw_slots();
    if (args_.sums == nullptr || K > n_sums_)
      throw Failure(PH_ERR_FAILED, "the rule has more sums than it declares");
    for (std::int64_t i = 0; i < size(); ++i) {
      const auto span = (*this)[i];
      double* sums = args_.sums + static_cast<std::size_t>(i) * n_sums_;
      if (span.grad != nullptr) run(detail::SumLoop<K>{sums}, span, rule, std::make_index_sequence<n>());
    }
  }

  // For eval_weights(): rule(Real& param, Real& slot...) writes the weight to evaluate over `param` and
  // leaves the slots as they are.
  template <class Rule>
  void each_weight(const Rule& rule) const {
    constexpr auto n = checked<Rule, detail::Types<Real&>, detail::Types<>>();
    if (n > n_slots_) throw_slots();
    for (std::int64_t i = 0; i < size(); ++i) weights((*this)[i], rule, std::make_index_sequence<n>());
  }

  std::int64_t size() const noexcept { return args_.n_spans; }
  Span<Real> operator[](std::int64_t i) const noexcept {
    const auto& span =
        *reinterpret_cast<const ph_span*>(reinterpret_cast<const char*>(args_.spans) + i * args_.span_stride);
    return {static_cast<Real*>(span.param), static_cast<const Real*>(span.grad), span.numel, span.slot,
            span.index};
  }
  // Updates so far of these parameters, this one included: from 1.
  std::int64_t step() const noexcept { return args_.spans->step; }
  // Of a rule with passes: which one, from 0.
  std::int32_t pass() const noexcept { return args_.pass; }

 private:
  template <class Rule, class First, class Last>
  static constexpr std::size_t checked() {
    return detail::count_slots<Rule, Real, First, Last>();
  }
  [[noreturn]] static void throw_slots() {
    throw Failure(PH_ERR_FAILED, "the rule uses more slots than slots() declares");
  }
  template <class Loop, class Rule, std::size_t... I>
  static void run(Loop loop, const Span<Real>& span, const Rule& rule, std::index_sequence<I...>) {
    detail::run_loop(loop, span.size, rule, span.param, span.grad, span.template slot<Real>(I)...);
  }
  template <class Rule, std::size_t... I>
  static void weights(const Span<Real>& span, const Rule& rule, std::index_sequence<I...>) {
    detail::run_loop(detail::ElementLoop{}, span.size, rule, span.param, span.template slot<Real>(I)...);
  }

  const ph_range_args& args_;
  std::size_t n_slots_, n_sums_;
};

}  // namespace ph
