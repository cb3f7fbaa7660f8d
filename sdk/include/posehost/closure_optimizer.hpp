// SPDX-License-Identifier: MIT
//
// Base class of optimizers that look at all parameters at once and evaluate the loss again: LBFGS, SAM.
// The derived class has, besides `info` and `args`:
//
//   // One step. [main thread]
//   template <class Real>
//   void step(ph::ClosureStep<Real>& at) const;
#pragma once
#include <posehost/optimizer_parts.hpp>
#include <posehost/services.hpp>

namespace ph {

struct ClosureKind;

class ClosureOptimizer : public OptimizerBase {
 public:
  using PluginKind = ClosureKind;
};

// All parameters, of one element type.
template <class Real>
class ClosureStep {
 public:
  ClosureStep(const ph_closure_args& args, const ph_hyper* const* declared) noexcept
      : args_(args), declared_(declared), loss_(args.loss) {}

  std::int64_t size() const noexcept { return args_.n_spans; }  // parameters
  // Loss at the parameters whose gradients the spans have.
  double loss() const noexcept { return loss_; }
  std::int64_t step() const noexcept { return args_.step; }  // from 1
  std::int64_t numel(std::int64_t i) const noexcept { return span(i).numel; }
  Real* data(std::int64_t i) const noexcept { return static_cast<Real*>(span(i).param); }
  // Null: the loss does not depend on this parameter; it stands for zeros.
  const Real* grad(std::int64_t i) const noexcept { return static_cast<const Real*>(span(i).grad); }
  // Pointer `s` of parameter i's span.
  Real* slot(std::int64_t i, std::size_t s) const noexcept { return static_cast<Real*>(span(i).slot[s]); }
  // The slot with that number among the global ones.
  template <class T = double>
  T* global(std::size_t s) const noexcept {
    return static_cast<T*>(args_.globals[s]);
  }
  Hypers hypers(std::int64_t i) const noexcept { return Hypers(args_.hyper[i], args_.n_hyper, declared_); }
  const ph_place& place() const noexcept { return *args_.place; }
  template <class T = Real>
  T* scratch(std::int64_t n) const {
    void* memory = args_.scratch->get(args_.scratch->ctx, n * static_cast<std::int64_t>(sizeof(T)));
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }

  // Loss and gradients anew, at the parameters as they are now.
  double evaluate() {
    const auto status = args_.evaluate(args_.ctx, &loss_);
    if (status != PH_OK) throw Failure(status, "the loss could not be evaluated");
    return loss_;
  }

 private:
  const ph_span& span(std::int64_t i) const noexcept {
    return *reinterpret_cast<const ph_span*>(reinterpret_cast<const char*>(args_.spans) +
                                             i * args_.span_stride);
  }
  const ph_closure_args& args_;
  const ph_hyper* const* declared_;
  double loss_;
};

struct ClosureKind : detail::OptimizerKind {
  template <class T>
  static std::int32_t step_all(const void* self, const ph_closure_args* given) noexcept {
    const auto& made = instance<T>(self);
    return detail::guarded(made.host, [&] {
      const auto args = detail::read_struct(given);
      if (args.n_spans == 0) return;
      const auto type = args.params[0]->dtype;
      for (std::int64_t i = 1; i < args.n_spans; ++i)
        if (args.params[i]->dtype.bits != type.bits)
          throw Failure(PH_ERR_UNSUPPORTED, "parameters of different types; this optimizer takes one type");
      with_type(type, args.place->device_type, [&](auto real) {
        ClosureStep<decltype(real)> at(args, detail::hyper_list<T>.data());
        made.object->step(at);
      });
    });
  }

  template <class T>
  static constexpr ph_optimizer_api make_table() {
    auto made = common_table<T>(PH_OPT_CLOSURE);
    made.step_all = &step_all<T>;
    return made;
  }
  template <class T>
  static constexpr ph_optimizer_api table = make_table<T>();
};

}  // namespace ph
