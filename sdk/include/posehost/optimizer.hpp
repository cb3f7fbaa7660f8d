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
// and where it has state, slots().
#pragma once
#include <string>
#include <utility>
#include <vector>

#include <posehost/plugin.hpp>
#include <posehost/spans.hpp>

namespace ph {

// State per element. The host allocates it, saves and loads it under `name`.
struct Slot {
  std::string name;                       // [a-z][a-z0-9_]*, at most 32 bytes
  std::int32_t init = PH_SLOT_ZEROS;      // PH_SLOT_ZEROS, _ONES, _COPY (of the parameter)
  std::int32_t dtype = PH_SLOT_AS_PARAM;  // other types are for rules with their own loop
};

// Values of the hyper-parameters, by name.
class Hypers {
 public:
  Hypers(const double* values, std::int64_t n, const ph_hyper* const* declared) noexcept
      : values_(values), n_(n), declared_(declared) {}
  // Throws Failure if the table of arguments declares no such hyper-parameter.
  double operator[](std::string_view name) const {
    for (std::int64_t i = 0; i < n_; ++i)
      if (detail::from_ph(declared_[i]->name) == name) return values_[i];
    throw Failure(PH_ERR_FAILED,
                  "no hyper-parameter \"" + std::string(name) + "\" in the table of arguments");
  }

 private:
  const double* values_;
  std::int64_t n_;
  const ph_hyper* const* declared_;
};

struct ElementwiseKind;

class ElementwiseOptimizer {
 public:
  using PluginKind = ElementwiseKind;
  virtual ~ElementwiseOptimizer() = default;

  // State by the instance's arguments. Called once, after the constructor. [main]
  virtual std::vector<Slot> slots() const { return {}; }

  // Told before the first update and whenever the parameters change. Seldom needed. [main]
  virtual void prepare(const ph_layout& layout) { static_cast<void>(layout); }
};

namespace detail {

// The hyper-parameters of a table in its order, and the text of their JSON pointers.
template <class Out>
constexpr void put_pointer(Out& out, const ArgSpec& spec, const HyperSpec& hyper) {
  out.put('/');
  put(out, spec.name);
  if (spec.type == ArgType::number) return;
  out.put('/');
  put_unsigned(out, hyper.element);
}

template <class T>
constexpr std::size_t pointers_size() {
  TextCounter counter;
  for (const auto& spec : T::args.specs)
    for (std::size_t i = 0; i < spec.n_hypers; ++i) put_pointer(counter, spec, spec.hypers[i]);
  return counter.size;
}
template <class T>
constexpr auto make_pointers() {
  FixedText<pointers_size<T>()> text{};
  TextWriter writer{text.data};
  for (const auto& spec : T::args.specs)
    for (std::size_t i = 0; i < spec.n_hypers; ++i) put_pointer(writer, spec, spec.hypers[i]);
  return text;
}
template <class T>
inline constexpr auto pointers = make_pointers<T>();

template <class T>
constexpr auto make_hypers() {
  std::array<ph_hyper, T::args.n_hypers()> hypers{};
  std::size_t n = 0, at = 0;
  for (const auto& spec : T::args.specs)
    for (std::size_t i = 0; i < spec.n_hypers; ++i) {
      TextCounter counter;
      put_pointer(counter, spec, spec.hypers[i]);
      const std::string_view pointer(pointers<T>.data + at, counter.size);
      at += counter.size;
      for (std::size_t j = 0; j < n; ++j) {
        if (hypers[j].role != PH_ROLE_NONE && hypers[j].role == spec.hypers[i].role)
          throw "two hyper-parameters of one role";
        if (std::string_view(hypers[j].name.data, static_cast<std::size_t>(hypers[j].name.len)) ==
            spec.hypers[i].name)
          throw "two hyper-parameters of one name";
      }
      hypers[n++] = {sizeof(ph_hyper), 0, to_ph(spec.hypers[i].name), to_ph(pointer), spec.hypers[i].role,
                     spec.hyper_flags};
    }
  return hypers;
}
template <class T>
inline constexpr auto hypers = make_hypers<T>();

template <class T, std::size_t... I>
constexpr auto make_hyper_list(std::index_sequence<I...>) {
  static_assert(sizeof...(I) >= 1 && sizeof...(I) <= 64,
                "an optimizer has 1 to 64 hyper-parameters: give a number in `args` a ph::role");
  return std::array<const ph_hyper*, sizeof...(I)>{&hypers<T>[I]...};
}
template <class T>
inline constexpr auto hyper_list = make_hyper_list<T>(std::make_index_sequence<T::args.n_hypers()>());

// The author's struct of scalars is an array of Real to the host.
template <class T, class Real>
using ScalarsOf = typename T::template Scalars<Real>;
template <class T>
constexpr std::size_t n_scalars() {
  static_assert(std::is_trivially_copyable_v<ScalarsOf<T, double>> &&
                    sizeof(ScalarsOf<T, double>) % sizeof(double) == 0,
                "Scalars<Real> has members of type Real only");
  constexpr std::size_t n = sizeof(ScalarsOf<T, double>) / sizeof(double);
  static_assert(sizeof(ScalarsOf<T, float>) == n * sizeof(float),
                "Scalars<Real> has members of type Real only");
  static_assert(n <= 64, "Scalars<Real> has at most 64 members");
  return n;
}

template <class T>
struct OptimizerInstance : Instance<T> {
  OptimizerInstance(const ph_host* table, const Config& config)
      : Instance<T>(table, config), slots(this->object->slots()) {
    for (const Slot& slot : slots)
      tables.push_back({sizeof(ph_slot), 0, to_ph(slot.name), slot.dtype, PH_SLOT_SHAPE_PARAM, slot.init, 0});
    for (const ph_slot& table_of_slot : tables) list.push_back(&table_of_slot);
  }
  std::vector<Slot> slots;
  std::vector<ph_slot> tables;
  std::vector<const ph_slot*> list;
};

}  // namespace detail

struct ElementwiseKind {
  static constexpr std::string_view id = PH_KIND_OPTIMIZER;
  template <class T>
  using Instance = detail::OptimizerInstance<T>;
  template <class T>
  static const Instance<T>& instance(const void* self) noexcept {
    return *static_cast<const Instance<T>*>(self);
  }

  template <class T>
  static std::int32_t slots(const void* self, ph_slots* out) noexcept {
    const auto& list = instance<T>(self).list;
    detail::write_struct(out, ph_slots{0, 0, list.data(), static_cast<std::int64_t>(list.size())});
    return PH_OK;
  }

  template <class T>
  static std::int32_t prepare(void* self, const ph_layout* layout) noexcept {
    auto& made = *static_cast<Instance<T>*>(self);
    return detail::guarded(made.host, [&] { made.object->prepare(detail::read_struct(layout)); });
  }

  template <class T>
  static std::int32_t scalars(const void* self, const ph_scalars_args* given) noexcept {
    return detail::guarded(instance<T>(self).host, [&] {
      const auto args = detail::read_struct(given);
      constexpr auto n = static_cast<std::int64_t>(detail::n_scalars<T>());
      if (args.n_out < n || args.n_hyper < static_cast<std::int64_t>(detail::hyper_list<T>.size()))
        throw Failure(PH_ERR_FAILED, "the host gives fewer numbers than the plugin declares");
      const Hypers values(args.hyper, static_cast<std::int64_t>(detail::hyper_list<T>.size()),
                          detail::hyper_list<T>.data());
      const detail::ScalarsOf<T, double> result = instance<T>(self).object->scalars(values, args.step);
      std::memcpy(args.out, &result, sizeof(result));
    });
  }

  template <class T, class Real>
  static void typed_range(const Instance<T>& made, const ph_range_args& args) {
    constexpr std::size_t n = detail::n_scalars<T>();
    Real values[n];
    for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<Real>(args.scalars[i]);
    detail::ScalarsOf<T, Real> scalars;
    std::memcpy(&scalars, values, sizeof(scalars));
    made.object->range(Spans<Real>(args, made.list.size()), scalars);
  }

  template <class T>
  static std::int32_t range(const void* self, const ph_range_args* given) noexcept {
    const auto& made = instance<T>(self);
    return detail::guarded(made.host, [&] {
      const auto args = detail::read_struct(given);
      if (args.device_type != PH_DEVICE_CPU)
        throw Failure(PH_ERR_UNSUPPORTED, "this optimizer runs on the CPU only");
      if (args.dtype.code != PH_DTYPE_FLOAT || (args.dtype.bits != 32 && args.dtype.bits != 64))
        throw Failure(PH_ERR_UNSUPPORTED, "this optimizer takes parameters of 32-bit and 64-bit floats only");
      if (args.dtype.bits == 32)
        typed_range<T, float>(made, args);
      else
        typed_range<T, double>(made, args);
    });
  }

  // NULL unless the class has its own prepare().
  template <class T>
  static constexpr bool prepares =
      !std::is_same_v<decltype(&T::prepare), decltype(&ElementwiseOptimizer::prepare)>;

  template <class T>
  static constexpr ph_optimizer_api table{sizeof(ph_optimizer_api),
                                          0,
                                          PH_OPT_ELEMENTWISE,
                                          0,
                                          detail::hyper_list<T>.data(),
                                          static_cast<std::int64_t>(detail::hyper_list<T>.size()),
                                          static_cast<std::int64_t>(detail::n_scalars<T>()),
                                          &detail::destroy<T>,
                                          &slots<T>,
                                          prepares<T> ? &prepare<T> : nullptr,
                                          &scalars<T>,
                                          &range<T>};
};

}  // namespace ph
