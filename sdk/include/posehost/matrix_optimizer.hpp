// SPDX-License-Identifier: MIT
//
// Base class of optimizers that treat a parameter as a whole: Muon, Adafactor. The derived class has,
// besides `info`, `args` and Scalars<Real> as in optimizer.hpp:
//
//   Scalars<double> scalars(const ph::Hypers& h, const ph::ParamUpdate& at) const;
//
//   // Updates one parameter. [step thread]; share work through ph::Parallel, ph::Linalg (services.hpp).
//   template <class Real>
//   void update(const ph::WholeParam<Real>& param, const Scalars<Real>& s) const;
#pragma once
#include <posehost/optimizer_parts.hpp>
#include <posehost/services.hpp>

namespace ph {

struct MatrixKind;

class MatrixOptimizer : public OptimizerBase {
 public:
  using PluginKind = MatrixKind;
};

// One parameter before its update.
class ParamUpdate {
 public:
  explicit ParamUpdate(const ph_scalars_args& args) noexcept : args_(args) {}
  std::int64_t step() const noexcept { return args_.step; }  // updates of this parameter: from 1
  std::uint32_t index() const noexcept { return args_.index; }
  std::int64_t numel() const noexcept { return args_.numel; }
  // Slot `i` of a span's pointers, one with a number for each parameter.
  template <class T = double>
  T& slot(std::size_t i) const noexcept {
    return *static_cast<T*>(args_.slot[i]);
  }

 private:
  const ph_scalars_args& args_;
};

// A parameter with its gradient and state; element i of each is at [i], dense, in the order of the strides.
template <class Real>
class WholeParam {
 public:
  explicit WholeParam(const ph_update_args& args) noexcept
      : args_(args), facts_(*args.param), span_(*args.span) {}

  Real* data() const noexcept { return static_cast<Real*>(span_.param); }
  const Real* grad() const noexcept { return static_cast<const Real*>(span_.grad); }
  std::int64_t numel() const noexcept { return span_.numel; }
  std::int64_t step() const noexcept { return span_.step; }
  std::int32_t ndim() const noexcept { return facts_.ndim; }
  std::int64_t size(std::int32_t axis) const noexcept { return facts_.shape[axis]; }
  std::int64_t stride(std::int32_t axis) const noexcept { return facts_.strides[axis]; }
  std::string_view name() const noexcept { return detail::from_ph(facts_.name); }
  // Pointer `i` of the span; null where this parameter has no such state.
  template <class Slot = Real>
  Slot* slot(std::size_t i) const noexcept {
    return static_cast<Slot*>(span_.slot[i]);
  }
  const ph_place& place() const noexcept { return *args_.place; }
  // Work space for `n` numbers, undefined at first, gone after the call.
  template <class T = Real>
  T* scratch(std::int64_t n) const {
    void* memory = args_.scratch->get(args_.scratch->ctx, n * static_cast<std::int64_t>(sizeof(T)));
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }

 private:
  const ph_update_args& args_;
  const ph_param& facts_;
  const ph_span& span_;
};

struct MatrixKind : detail::OptimizerKind {
  template <class T>
  static std::int32_t scalars(const void* self, const ph_scalars_args* given) noexcept {
    return detail::guarded(instance<T>(self).host, [&] {
      const auto args = detail::read_struct(given);
      write_scalars<T>(
          args, instance<T>(self).object->scalars(hypers<T>(args.hyper, args.n_hyper), ParamUpdate(args)));
    });
  }

  template <class T>
  static std::int32_t update(const void* self, const ph_update_args* given) noexcept {
    const auto& made = instance<T>(self);
    return detail::guarded(made.host, [&] {
      const auto args = detail::read_struct(given);
      with_type(args.param->dtype, args.place->device_type, [&](auto real) {
        using Real = decltype(real);
        made.object->update(WholeParam<Real>(args), read_scalars<T, Real>(args.scalars));
      });
    });
  }

  template <class T>
  static constexpr ph_optimizer_api make_table() {
    auto made = common_table<T>(PH_OPT_MATRIX);
    made.n_scalars = static_cast<std::int64_t>(detail::n_scalars<T>());
    made.scalars = &scalars<T>;
    made.update = &update<T>;
    return made;
  }
  template <class T>
  static constexpr ph_optimizer_api table = make_table<T>();
};

}  // namespace ph
