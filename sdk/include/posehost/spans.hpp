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

template <class Real, class Rule, class... Slot>
__attribute__((always_inline)) inline void element_loop(Real* __restrict param, const Real* __restrict grad,
                                                        std::int64_t n, Rule rule, Slot* __restrict... slot) {
  PH_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) rule(param[i], grad[i], slot[i]...);
}

// One copy per instruction set. `flatten` pulls the author's rule into each copy, so that it is
// compiled for that set; target_clones would need ifunc and, by model name, misses some processors.
template <class Real, class Rule, class... Slot>
__attribute__((flatten, noinline)) void loop_baseline(Real* __restrict param, const Real* __restrict grad,
                                                      std::int64_t n, Rule rule, Slot* __restrict... slot) {
  element_loop(param, grad, n, rule, slot...);
}
#if defined(__x86_64__)
template <class Real, class Rule, class... Slot>
__attribute__((flatten, noinline, target("avx2,fma"))) void loop_avx2(Real* __restrict param,
                                                                      const Real* __restrict grad,
                                                                      std::int64_t n, Rule rule,
                                                                      Slot* __restrict... slot) {
  element_loop(param, grad, n, rule, slot...);
}
template <class Real, class Rule, class... Slot>
__attribute__((flatten, noinline, target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"))) void loop_avx512(
    Real* __restrict param, const Real* __restrict grad, std::int64_t n, Rule rule,
    Slot* __restrict... slot) {
  element_loop(param, grad, n, rule, slot...);
}
#endif

template <class Real, class Rule, class... Slot>
void run_loop(Real* param, const Real* grad, std::int64_t n, const Rule& rule, Slot*... slot) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    return loop_avx512(param, grad, n, rule, slot...);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return loop_avx2(param, grad, n, rule, slot...);
#endif
  loop_baseline(param, grad, n, rule, slot...);
}

template <class T, std::size_t>
using Repeat = T;

template <class Rule, class Real, std::size_t... I>
constexpr bool takes_slots(std::index_sequence<I...>) {
  return std::is_invocable_v<Rule, Real&, Real, Repeat<Real&, I>...>;
}
// How many slots `Rule` takes after parameter and gradient.
template <class Rule, class Real, std::size_t N = 0>
constexpr std::size_t count_slots() {
  static_assert(N <= 8,
                "the rule must be callable as rule(Real& param, Real grad, Real& slot...), at most 8 slots");
  if constexpr (N > 8)
    return 0;
  else if constexpr (takes_slots<Rule, Real>(std::make_index_sequence<N>()))
    return N;
  else
    return count_slots<Rule, Real, N + 1>();
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
  Spans(const ph_range_args& args, std::size_t n_slots) noexcept : args_(args), n_slots_(n_slots) {}

  // Calls rule(Real& param, Real grad, Real& slot...) for each element, with as many slots, in the
  // order of slots(), as the rule takes. The rule must be pure but for what it gets by reference;
  // capture numbers by value.
  template <class Rule>
  void each(const Rule& rule) const {
    constexpr std::size_t n = detail::count_slots<Rule, Real>();
    if (n > n_slots_) throw Failure(PH_ERR_FAILED, "the rule uses more slots than slots() declares");
    for (std::int64_t i = 0; i < size(); ++i) each_of((*this)[i], rule, std::make_index_sequence<n>());
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

 private:
  template <class Rule, std::size_t... I>
  static void each_of(const Span<Real>& span, const Rule& rule, std::index_sequence<I...>) {
    if (span.grad == nullptr) return;
    detail::run_loop(span.param, span.grad, span.size, rule, span.template slot<Real>(I)...);
  }

  const ph_range_args& args_;
  std::size_t n_slots_;
};

}  // namespace ph
