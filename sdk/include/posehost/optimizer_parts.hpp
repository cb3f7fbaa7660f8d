// SPDX-License-Identifier: MIT
//
// What the base classes of optimizers share: state, hyper-parameters, the table of the kind. Include
// the header of a base class instead:
//
//   optimizer.hpp          each element by itself                          (start here)
//   passes_optimizer.hpp   passes with sums or numbers for each parameter
//   matrix_optimizer.hpp   a parameter as a whole, with linear algebra
//   closure_optimizer.hpp  all parameters, evaluating the loss again
#pragma once
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <posehost/plugin.hpp>
#include <posehost/spans.hpp>

namespace ph {

// State. The host allocates it, saves and loads it under `name`. Most rules give the name alone: a
// number for each element, zero at first.
struct Slot {
  std::string name;                       // [a-z][a-z0-9_]*, at most 32 bytes
  std::int32_t init = PH_SLOT_ZEROS;      // PH_SLOT_ZEROS, _ONES, _COPY (of the parameter)
  std::int32_t dtype = PH_SLOT_AS_PARAM;  // other types are for rules with their own loop
  std::int32_t shape = PH_SLOT_SHAPE_PARAM;
  std::int64_t count = 1;     // that many tensors (MATRIX, CLOSURE); elements of a GLOBAL one
  std::int32_t axis = 0;      // REDUCED: -1 is the last
  std::int32_t min_ndim = 0;  // MATRIX: only parameters of at least so many dimensions have it
  std::int32_t max_ndim = 0;  // MATRIX: and of at most so many; 0: any
};

// One number for each parameter, which scalars() may read and write. PASSES and MATRIX.
inline Slot scalar_slot(std::string name, std::int32_t init = PH_SLOT_ZEROS,
                        std::int32_t dtype = PH_SLOT_F64) {
  return {std::move(name), init, dtype, PH_SLOT_SHAPE_SCALAR};
}
// `elements` numbers for all parameters together. CLOSURE.
inline Slot global_slot(std::string name, std::int64_t elements = 1, std::int32_t dtype = PH_SLOT_F64) {
  return {std::move(name), PH_SLOT_ZEROS, dtype, PH_SLOT_SHAPE_GLOBAL, elements};
}

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

// What every base class of optimizers has.
class OptimizerBase {
 public:
  virtual ~OptimizerBase() = default;

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
      tables.push_back({sizeof(ph_slot), 0, to_ph(slot.name), slot.dtype, slot.shape, slot.init, 0,
                        slot.count, slot.axis, slot.min_ndim, slot.max_ndim, 0});
    for (const ph_slot& table_of_slot : tables) list.push_back(&table_of_slot);
  }
  // How many pointers a span has.
  std::size_t pointers() const noexcept {
    std::size_t n = 0;
    for (const Slot& slot : slots)
      if (slot.shape != PH_SLOT_SHAPE_GLOBAL) n += static_cast<std::size_t>(slot.count);
    return n;
  }
  std::vector<Slot> slots;
  std::vector<ph_slot> tables;
  std::vector<const ph_slot*> list;
};

// What is the same in the tables of all optimizers.
struct OptimizerKind {
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

  // Hyper-parameters as scalars() gets them, checked against the table of arguments.
  template <class T>
  static Hypers hypers(const double* values, std::int64_t n) {
    constexpr auto declared = static_cast<std::int64_t>(detail::hyper_list<T>.size());
    if (n < declared) throw Failure(PH_ERR_FAILED, "the host gives fewer numbers than the plugin declares");
    return Hypers(values, declared, detail::hyper_list<T>.data());
  }
  template <class T>
  static void write_scalars(const ph_scalars_args& args, const detail::ScalarsOf<T, double>& result) {
    if (args.n_out < static_cast<std::int64_t>(detail::n_scalars<T>()))
      throw Failure(PH_ERR_FAILED, "the host gives fewer numbers than the plugin declares");
    std::memcpy(args.out, &result, sizeof(result));
  }
  // The scalars in the parameters' type.
  template <class T, class Real>
  static detail::ScalarsOf<T, Real> read_scalars(const double* values) {
    constexpr std::size_t n = detail::n_scalars<T>();
    Real converted[n];
    for (std::size_t i = 0; i < n; ++i) converted[i] = static_cast<Real>(values[i]);
    detail::ScalarsOf<T, Real> scalars;
    std::memcpy(&scalars, converted, sizeof(scalars));
    return scalars;
  }
  static void check_cpu(std::int32_t device) {
    if (device != PH_DEVICE_CPU) throw Failure(PH_ERR_UNSUPPORTED, "this optimizer runs on the CPU only");
  }
  // Calls work(float{}) or work(double{}).
  template <class Work>
  static void with_type(ph_dtype type, std::int32_t device, const Work& work) {
    check_cpu(device);
    with_type(type, work);
  }
  template <class Work>
  static void with_type(ph_dtype type, const Work& work) {
    if (type.code != PH_DTYPE_FLOAT || (type.bits != 32 && type.bits != 64))
      throw Failure(PH_ERR_UNSUPPORTED, "this optimizer takes parameters of 32-bit and 64-bit floats only");
    if (type.bits == 32)
      work(float{});
    else
      work(double{});
  }

  // NULL unless the class has its own prepare().
  template <class T>
  static constexpr bool prepares = !std::is_same_v<decltype(&T::prepare), decltype(&OptimizerBase::prepare)>;

  template <class T>
  static constexpr ph_optimizer_api common_table(std::uint32_t capabilities) {
    ph_optimizer_api made{};
    made.size = sizeof(ph_optimizer_api);
    made.capabilities = capabilities;
    made.hypers = detail::hyper_list<T>.data();
    made.n_hypers = static_cast<std::int64_t>(detail::hyper_list<T>.size());
    made.destroy = &detail::destroy<T>;
    made.slots = &slots<T>;
    if (prepares<T>) made.prepare = &prepare<T>;
    return made;
  }
};

// Whether the weights to evaluate are others than those trained.
template <class T, class = void>
struct HasEvalWeights : std::false_type {};
template <class T>
struct HasEvalWeights<T,
                      std::void_t<decltype(std::declval<const T&>().eval_weights(
                          std::declval<const Spans<float>&>(), std::declval<const ScalarsOf<T, float>&>()))>>
    : std::true_type {};

// Whether it updates parameters on a CUDA device too.
template <class T, class = void>
struct HasCudaRange : std::false_type {};
template <class T>
struct HasCudaRange<
    T, std::void_t<decltype(std::declval<const T&>().range_cuda(
           std::declval<const Spans<float>&>(), std::declval<const ScalarsOf<T, float>&>(), nullptr))>>
    : std::true_type {};

}  // namespace detail
}  // namespace ph
