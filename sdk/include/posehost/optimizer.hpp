// SPDX-License-Identifier: MIT
//
// Base class of optimizers that treat each element by itself. The derived class has, besides `info`
// and `args` (numbers with a ph::role are its hyper-parameters):
//
//   template <class Real> struct Scalars { Real lr, decay; };   only members of type Real
//
//   // From hyper-parameters and step (from 1): what is equal for all elements. Once per step and
//   // group of equal values. Pure. [step thread]
//   Scalars<double> scalars(const ph::Hypers& h, std::int64_t step) const { return {h["lr"], …}; }
//
//   // Updates the elements; Real is the parameters' type, float or double. The result must not
//   // depend on how parameters are cut into spans. [worker threads, several at once]
//   template <class Real>
//   void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
//     spans.each([s](Real& p, Real g) { p -= s.lr * (g + s.decay * p); });
//   }
//
// and where it has state, slots(). A rule that evaluates other weights than it trains has too
//
//   // Writes the weights to evaluate over the parameters: spans.each_weight(). `s` is from scalars().
//   template <class Real>
//   void eval_weights(const ph::Spans<Real>& spans, const Scalars<Real>& s) const;
//
// and one that also updates parameters which lie on a CUDA device (host 0.9 keeps them on the CPU)
//
//   // The spans' pointers are the device's; work on `stream`, a cudaStream_t, and don't wait for it.
//   template <class Real>
//   void range_cuda(const ph::Spans<Real>& spans, const Scalars<Real>& s, void* stream) const;
#pragma once
#include <posehost/optimizer_parts.hpp>

namespace ph {

struct ElementwiseKind;

class ElementwiseOptimizer : public OptimizerBase {
 public:
  using PluginKind = ElementwiseKind;
};

struct ElementwiseKind : detail::OptimizerKind {
  template <class T>
  static std::int32_t scalars(const void* self, const ph_scalars_args* given) noexcept {
    return detail::guarded(instance<T>(self).host, [&] {
      const auto args = detail::read_struct(given);
      write_scalars<T>(args,
                       instance<T>(self).object->scalars(hypers<T>(args.hyper, args.n_hyper), args.step));
    });
  }

  template <class T>
  static std::int32_t range(const void* self, const ph_range_args* given) noexcept {
    const auto& made = instance<T>(self);
    return detail::guarded(made.host, [&] {
      const auto args = detail::read_struct(given);
      with_type(args.dtype, [&](auto real) {
        using Real = decltype(real);
        const auto scalars = read_scalars<T, Real>(args.scalars);
        const Spans<Real> spans(args, made.pointers());
        if constexpr (detail::HasCudaRange<T>::value) {
          if (args.device_type == PH_DEVICE_CUDA && args.purpose == PH_PURPOSE_UPDATE)
            return made.object->range_cuda(spans, scalars, args.stream);
        }
        check_cpu(args.device_type);
        if constexpr (detail::HasEvalWeights<T>::value) {
          if (args.purpose == PH_PURPOSE_EVAL) return made.object->eval_weights(spans, scalars);
        }
        made.object->range(spans, scalars);
      });
    });
  }

  template <class T>
  static constexpr ph_optimizer_api make_table() {
    auto made = common_table<T>(PH_OPT_ELEMENTWISE | (detail::HasEvalWeights<T>::value ? PH_OPT_MODE : 0u));
    made.n_scalars = static_cast<std::int64_t>(detail::n_scalars<T>());
    made.scalars = &scalars<T>;
    made.range = &range<T>;
    return made;
  }
  template <class T>
  static constexpr ph_optimizer_api table = make_table<T>();
};

}  // namespace ph
