// SPDX-License-Identifier: MIT
//
// Draft: an elementwise rule written once, for the CPU and as text for other devices (abi_draft.h).
//
//   PH_RULE(sgd, (m), (lr, momentum, decay), {
//     g += decay * p;
//     m = momentum * m + g;
//     p -= lr * m;
//   })
//
//   class SgdOnce final : public ph::RuleOptimizer<sgd> {
//    public:
//     static constexpr auto info = ..., args = ...;                        // as in optimizer.hpp
//     Scalars<double> scalars(const ph::Hypers& h, std::int64_t step) const { return {h["lr"], ...}; }
//   };
//
// Of type Real: p (parameter, to be assigned), g (gradient), the states in the first list (their names are
// those of the slots; `()` for none), the scalars in the second. Write constants as Real(0.5). sqrt, fabs,
// fmin and fmax are there; use them without std::.
#pragma once
#include <cmath>
#include <string>

#include <posehost/abi_draft.h>
#include <posehost/for_each.h>
#include <posehost/optimizer.hpp>

namespace ph {

template <class Rule>
class RuleOptimizer : public ElementwiseOptimizer {
 public:
  template <class Real>
  using Scalars = typename Rule::template Scalars<Real>;

  std::vector<Slot> slots() const override {
    std::vector<Slot> all;
    std::string_view names = Rule::states;
    while (!names.empty()) {
      const auto comma = names.find(", ");
      all.push_back({std::string(names.substr(0, comma))});
      names = comma == std::string_view::npos ? std::string_view() : names.substr(comma + 2);
    }
    return all;
  }
  template <class Real>
  void range(const Spans<Real>& spans, const Scalars<Real>& s) const {
    Rule::range(spans, s);
  }
  static const void* extension(std::string_view id) noexcept {
    return id == PH_EXT_RULE_SOURCE ? &Rule::source : nullptr;
  }
};

}  // namespace ph

#define PH_RULE_UNPAREN_(...) __VA_ARGS__
#define PH_RULE_TEXT__(...) #__VA_ARGS__
#define PH_RULE_TEXT_(...) PH_RULE_TEXT__(__VA_ARGS__)
#define PH_RULE_MEMBER_(name) Real name;
#define PH_RULE_BIND_(name)          \
  const Real name = ph_scalars.name; \
  static_cast<void>(name);
// A list that may be empty: `()` gives no parameter at all.
#define PH_RULE_STATE_(name) PH_PASTE(PH_RULE_STATE_, PH_RULE_EMPTY_(name))(name)
#define PH_RULE_STATE_0(name) , Real& name
#define PH_RULE_STATE_1(name)
#define PH_RULE_EMPTY_(name) PH_RULE_THIRD_(PH_RULE_COMMA_ name(), 1, 0, )
#define PH_RULE_COMMA_() ,
#define PH_RULE_THIRD_(...) PH_RULE_THIRD__(__VA_ARGS__)
#define PH_RULE_THIRD__(a, b, c, ...) c

#define PH_RULE(rule_, states_, scalars_, ...)                                                            \
  struct rule_ {                                                                                          \
    template <class Real>                                                                                 \
    struct Scalars {                                                                                      \
      PH_FOR_EACH(PH_RULE_MEMBER_, PH_RULE_UNPAREN_ scalars_)                                             \
    };                                                                                                    \
    template <class Real>                                                                                 \
    static void range(const ::ph::Spans<Real>& ph_spans, const Scalars<Real>& ph_scalars) {               \
      ph_spans.each([ph_scalars](Real& p, Real g PH_FOR_EACH(PH_RULE_STATE_, PH_RULE_UNPAREN_ states_)) { \
        using std::fabs;                                                                                  \
        using std::fmax;                                                                                  \
        using std::fmin;                                                                                  \
        using std::sqrt;                                                                                  \
        PH_FOR_EACH(PH_RULE_BIND_, PH_RULE_UNPAREN_ scalars_)                                             \
        __VA_ARGS__                                                                                       \
      });                                                                                                 \
    }                                                                                                     \
    static constexpr std::string_view states = PH_RULE_TEXT_(PH_RULE_UNPAREN_ states_);                   \
    static constexpr ph_rule_source source{sizeof(ph_rule_source),                                        \
                                           0,                                                             \
                                           ::ph::detail::to_ph(#rule_),                                   \
                                           ::ph::detail::to_ph(PH_RULE_TEXT_(PH_RULE_UNPAREN_ states_)),  \
                                           ::ph::detail::to_ph(PH_RULE_TEXT_(PH_RULE_UNPAREN_ scalars_)), \
                                           ::ph::detail::to_ph(PH_RULE_TEXT_(__VA_ARGS__)),               \
                                           ::ph::detail::to_ph(__FILE__),                                 \
                                           __LINE__,                                                      \
                                           0};                                                            \
  };
