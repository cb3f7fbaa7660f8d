// SPDX-License-Identifier: MIT
//
// Base class of optimizers that go over each parameter in passes, with sums between them (LARS, LAMB), or
// that have numbers of their own for each parameter (NAdam). The derived class has, besides `info`, `args`
// and Scalars<Real> as in optimizer.hpp:
//
//   static constexpr std::int64_t passes = 2, sums = 2;   // 1 to 8, 0 to 16
//
//   // What is equal for all elements of a parameter in a pass. Called for each parameter before the
//   // pass; may write the parameter's scalar slots. [step thread]
//   Scalars<double> scalars(const ph::Hypers& h, const ph::ParamPass& at) const;
//
//   // The pass: spans.each_sum<2>() where it adds up, spans.each() where it does not. [worker threads]
//   template <class Real>
//   void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const;
#pragma once
#include <posehost/optimizer_parts.hpp>

namespace ph {

struct PassesKind;

class PassesOptimizer : public OptimizerBase {
 public:
  using PluginKind = PassesKind;
};

// One parameter before a pass.
class ParamPass {
 public:
  ParamPass(const ph_scalars_args& args, std::int64_t n_sums) noexcept : args_(args), n_sums_(n_sums) {}

  std::int64_t step() const noexcept { return args_.step; }  // updates of this parameter: from 1
  std::int32_t pass() const noexcept { return args_.pass; }  // from 0
  // For eval_weights(): slots are only read.
  bool evaluates() const noexcept { return args_.purpose == PH_PURPOSE_EVAL; }
  std::uint32_t index() const noexcept { return args_.index; }
  std::int64_t numel() const noexcept { return args_.numel; }
  // Sum `k` of an earlier pass over this parameter, and over all that are being updated.
  double sum(std::int64_t pass, std::int64_t k) const noexcept { return args_.sums[pass * n_sums_ + k]; }
  double total(std::int64_t pass, std::int64_t k) const noexcept { return args_.totals[pass * n_sums_ + k]; }
  // Slot `i` in the order of slots(), one with a number for each parameter.
  template <class T = double>
  T& slot(std::size_t i) const noexcept {
    return *static_cast<T*>(args_.slot[i]);
  }

 private:
  const ph_scalars_args& args_;
  std::int64_t n_sums_;
};

struct PassesKind : detail::OptimizerKind {
  template <class T>
  static std::int32_t scalars(const void* self, const ph_scalars_args* given) noexcept {
    return detail::guarded(instance<T>(self).host, [&] {
      const auto args = detail::read_struct(given);
      write_scalars<T>(args, instance<T>(self).object->scalars(hypers<T>(args.hyper, args.n_hyper),
                                                               ParamPass(args, T::sums)));
    });
  }

  template <class T>
  static std::int32_t range(const void* self, const ph_range_args* given) noexcept {
    const auto& made = instance<T>(self);
    return detail::guarded(made.host, [&] {
      const auto args = detail::read_struct(given);
      with_type(args.dtype, args.device_type, [&](auto real) {
        using Real = decltype(real);
        const auto scalars = read_scalars<T, Real>(args.scalars);
        const Spans<Real> spans(args, made.pointers(), static_cast<std::size_t>(T::sums));
        if constexpr (detail::HasEvalWeights<T>::value) {
          if (args.purpose == PH_PURPOSE_EVAL) return made.object->eval_weights(spans, scalars);
        }
        made.object->range(spans, scalars);
      });
    });
  }

  template <class T>
  static constexpr ph_optimizer_api make_table() {
    static_assert(T::passes >= 1 && T::passes <= 8, "1 to 8 passes");
    static_assert(T::sums >= 0 && T::sums <= 16, "0 to 16 sums");
    auto made = common_table<T>(PH_OPT_PASSES | (detail::HasEvalWeights<T>::value ? PH_OPT_MODE : 0u));
    made.n_scalars = static_cast<std::int64_t>(detail::n_scalars<T>());
    made.scalars = &scalars<T>;
    made.range = &range<T>;
    made.n_passes = T::passes;
    made.n_sums = T::sums;
    return made;
  }
  template <class T>
  static constexpr ph_optimizer_api table = make_table<T>();
};

}  // namespace ph
