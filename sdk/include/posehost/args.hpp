// SPDX-License-Identifier: MIT
//
// The table of a component's arguments. One table is note, schema, defaults and list of
// hyper-parameters at once, made at compile time:
//
//   static constexpr auto args = ph::args(
//       ph::arg<double>("lr", ph::required, ph::at_least(0), ph::role::lr, "step size"),
//       ph::arg<bool>("nesterov", false, "look ahead along the momentum"));
//
// arg<T>(name, default, constraints and annotations in any order, doc). T is one of
//   double, std::int64_t, bool, std::string      std::optional<double or std::int64_t>: or null
//   std::array<double, N>                        exactly N numbers
//   std::vector<double, std::int64_t or std::string>     a list
//   ph::IntOrList                                an integer or a list of integers
// The default is a value of T (ph::list(...) for arrays and lists), ph::null for an optional, or
// ph::required. raw_arg(name, schema, doc) takes any fragment of the schema dialect. A mistake in the
// table (a default out of range, a name twice) does not compile; the message shows why.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <posehost/abi.h>

namespace ph {

struct Required {};
struct Null {};
inline constexpr Required required{};
inline constexpr Null null{};

// An argument that is an integer (every n) or a list of integers (at these points).
struct IntOrList {
  bool is_list = false;
  std::vector<std::int64_t> values;  // one element unless is_list
};

// Constraints. Of an array or list they hold for each element.
struct Bounds {
  bool has_min = false, open_min = false, has_max = false, open_max = false;
  double min = 0, max = 0;
};
constexpr Bounds at_least(double min) { return {true, false, false, false, min, 0}; }
constexpr Bounds above(double min) { return {true, true, false, false, min, 0}; }
constexpr Bounds at_most(double max) { return {false, false, true, false, 0, max}; }
constexpr Bounds below(double max) { return {false, false, true, true, 0, max}; }
constexpr Bounds range(double min, double max) { return {true, false, true, false, min, max}; }

struct Choices {
  std::array<std::string_view, 16> names{};
  std::size_t n = 0;
};
template <class... Name>
constexpr Choices one_of(const Name&... names) {
  static_assert(sizeof...(names) >= 1 && sizeof...(names) <= 16, "one_of takes 1 to 16 names");
  return {{std::string_view(names)...}, sizeof...(names)};
}

// Number of elements of a list.
struct Length {
  std::int64_t min = 0, max = -1;  // -1: no limit
};
constexpr Length length(std::int64_t min, std::int64_t max = -1) { return {min, max}; }

// Annotations of hyper-parameters. A role makes a number a hyper-parameter: the host keeps its value
// per parameter group, and schedules address it by role. A hyper-parameter without a role of its own
// takes ph::role::none.
struct Role {
  std::int32_t value;
};
namespace role {
inline constexpr Role none{PH_ROLE_NONE}, lr{PH_ROLE_LR}, momentum{PH_ROLE_MOMENTUM},
    weight_decay{PH_ROLE_WEIGHT_DECAY};
}
// Hyper-parameter at `index` of a fixed array: element(0, "beta1", ph::role::momentum).
struct ElementRole {
  std::size_t index;
  std::string_view name;
  Role role;
};
constexpr ElementRole element(std::size_t index, std::string_view name, Role role = role::none) {
  return {index, name, role};
}
struct NotPerGroup {};
struct NotSchedulable {};
inline constexpr NotPerGroup not_per_group{};       // groups may not override it
inline constexpr NotSchedulable not_schedulable{};  // schedules may not change it

// Default of an array or list.
template <class... Value>
constexpr auto list(const Value&... values) {
  return std::array<double, sizeof...(values)>{static_cast<double>(values)...};
}

namespace detail {

enum class ArgType { number, integer, boolean, string, numbers, integers, strings, integer_or_list, raw };

struct HyperSpec {
  std::string_view name;
  std::int32_t role = PH_ROLE_NONE;
  std::size_t element = 0;
};

struct ArgSpec {
  std::string_view name, doc;
  std::string_view fragment;  // of raw arguments
  ArgType type = ArgType::number;
  bool required = false, nullable = false;
  bool null_default = false;
  double number = 0;  // defaults
  std::int64_t integer = 0;
  bool boolean = false;
  std::string_view string;
  std::array<double, 16> numbers{};
  std::size_t n_numbers = 0;
  Bounds bounds;
  Choices choices;
  Length length;
  std::array<HyperSpec, 8> hypers{};
  std::size_t n_hypers = 0;
  std::uint32_t hyper_flags = PH_HYPER_PER_GROUP | PH_HYPER_SCHEDULABLE;
};

constexpr void set_list(ArgSpec& spec, const double* values, std::size_t n) {
  if (n > spec.numbers.size()) throw "a default list has at most 16 elements";
  for (std::size_t i = 0; i < n; ++i) spec.numbers[i] = values[i];
  spec.n_numbers = n;
}

template <class T>
struct ArgTraits;  // no such type of argument: see the list at the top of args.hpp
template <>
struct ArgTraits<double> {
  static constexpr ArgType type = ArgType::number;
  static constexpr void set(ArgSpec& spec, double value) { spec.number = value; }
};
template <>
struct ArgTraits<std::int64_t> {
  static constexpr ArgType type = ArgType::integer;
  static constexpr void set(ArgSpec& spec, std::int64_t value) { spec.integer = value; }
};
template <>
struct ArgTraits<bool> {
  static constexpr ArgType type = ArgType::boolean;
  static constexpr void set(ArgSpec& spec, bool value) { spec.boolean = value; }
};
template <>
struct ArgTraits<std::string> {
  static constexpr ArgType type = ArgType::string;
  static constexpr void set(ArgSpec& spec, std::string_view value) { spec.string = value; }
};
template <std::size_t N>
struct ArgTraits<std::array<double, N>> {
  static constexpr ArgType type = ArgType::numbers;
  static constexpr void set(ArgSpec& spec, const std::array<double, N>& value) {
    set_list(spec, value.data(), N);
  }
};
template <ArgType Type>
struct ListTraits {
  static constexpr ArgType type = Type;
  template <std::size_t N>
  static constexpr void set(ArgSpec& spec, const std::array<double, N>& value) {
    static_assert(Type != ArgType::strings || N == 0, "a list of strings has no default but ph::list()");
    set_list(spec, value.data(), N);
  }
};
template <>
struct ArgTraits<std::vector<double>> : ListTraits<ArgType::numbers> {};
template <>
struct ArgTraits<std::vector<std::int64_t>> : ListTraits<ArgType::integers> {};
template <>
struct ArgTraits<std::vector<std::string>> : ListTraits<ArgType::strings> {};
template <>
struct ArgTraits<IntOrList> {
  static constexpr ArgType type = ArgType::integer_or_list;
  static constexpr void set(ArgSpec& spec, std::int64_t value) { spec.integer = value; }
};
template <class T>
struct ArgTraits<std::optional<T>> : ArgTraits<T> {};

template <class T>
struct FixedLength {
  static constexpr Length value{};
};
template <std::size_t N>
struct FixedLength<std::array<double, N>> {
  static constexpr Length value{N, N};
};
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

constexpr void apply(ArgSpec& spec, std::string_view doc) { spec.doc = doc; }
constexpr void apply(ArgSpec& spec, const Bounds& bounds) {
  if (bounds.has_min) {
    spec.bounds.has_min = true;
    spec.bounds.open_min = bounds.open_min;
    spec.bounds.min = bounds.min;
  }
  if (bounds.has_max) {
    spec.bounds.has_max = true;
    spec.bounds.open_max = bounds.open_max;
    spec.bounds.max = bounds.max;
  }
}
constexpr void apply(ArgSpec& spec, const Choices& choices) { spec.choices = choices; }
constexpr void apply(ArgSpec& spec, const Length& length) { spec.length = length; }
constexpr void add_hyper(ArgSpec& spec, const HyperSpec& hyper) {
  if (spec.n_hypers == spec.hypers.size()) throw "an argument has at most 8 hyper-parameters";
  spec.hypers[spec.n_hypers++] = hyper;
}
constexpr void apply(ArgSpec& spec, const Role& role) { add_hyper(spec, {spec.name, role.value, 0}); }
constexpr void apply(ArgSpec& spec, const ElementRole& e) {
  add_hyper(spec, {e.name, e.role.value, e.index});
}
constexpr void apply(ArgSpec& spec, NotPerGroup) { spec.hyper_flags &= ~PH_HYPER_PER_GROUP; }
constexpr void apply(ArgSpec& spec, NotSchedulable) { spec.hyper_flags &= ~PH_HYPER_SCHEDULABLE; }

constexpr bool within(const Bounds& bounds, double value) {
  if (bounds.has_min && (value < bounds.min || (bounds.open_min && value == bounds.min))) return false;
  return !(bounds.has_max && (value > bounds.max || (bounds.open_max && value == bounds.max)));
}

constexpr bool is_word(std::string_view text) {
  for (const char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
      return false;
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9');
}

constexpr bool is_line(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20) return false;
  return !text.empty();
}

constexpr void check_default(const ArgSpec& spec) {
  if (spec.required || spec.null_default) return;
  const bool integer = spec.type == ArgType::integer || spec.type == ArgType::integer_or_list;
  if (integer && !within(spec.bounds, static_cast<double>(spec.integer))) throw "default is out of bounds";
  if (spec.type == ArgType::number && !within(spec.bounds, spec.number)) throw "default is out of bounds";
  for (std::size_t i = 0; i < spec.n_numbers; ++i)
    if (!within(spec.bounds, spec.numbers[i])) throw "an element of the default is out of bounds";
  if (spec.type == ArgType::string && spec.choices.n > 0) {
    bool known = false;
    for (std::size_t i = 0; i < spec.choices.n; ++i) known = known || spec.choices.names[i] == spec.string;
    if (!known) throw "default is not one of the choices";
  }
}

constexpr void check_hypers(const ArgSpec& spec) {
  const bool scalar = spec.type == ArgType::number;
  for (std::size_t i = 0; i < spec.n_hypers; ++i) {
    if (!scalar && spec.type != ArgType::numbers)
      throw "only a double or an array of doubles can be a hyper-parameter";
    if (spec.nullable) throw "a hyper-parameter cannot be null";
    if (!is_word(spec.hypers[i].name)) throw "name of a hyper-parameter: letters, digits and _";
    if (!scalar && static_cast<std::int64_t>(spec.hypers[i].element) >= spec.length.max)
      throw "hyper-parameter beyond the end of the array";
  }
}

}  // namespace detail

template <class T, class Default, class... Rest>
constexpr detail::ArgSpec arg(std::string_view name, const Default& value, const Rest&... rest) {
  detail::ArgSpec spec;
  spec.name = name;
  spec.type = detail::ArgTraits<T>::type;
  spec.nullable = detail::is_optional<T>;
  spec.length = detail::FixedLength<T>::value;
  if constexpr (std::is_same_v<Default, Required>) {
    spec.required = true;
  } else if constexpr (std::is_same_v<Default, Null>) {
    static_assert(detail::is_optional<T>, "ph::null needs an arg<std::optional<...>>");
    spec.null_default = true;
  } else {
    detail::ArgTraits<T>::set(spec, value);
  }
  (detail::apply(spec, rest), ...);
  if (!detail::is_word(name)) throw "name of an argument: letters, digits and _";
  if (!detail::is_line(spec.doc)) throw "an argument needs one line of documentation, as its last part";
  detail::check_default(spec);
  detail::check_hypers(spec);
  return spec;
}

// An argument described by a fragment of the schema dialect: R"({"type": "object", ...})". Read it
// with Config::json() and a parser of your own, or with Config::get and JSON pointers.
constexpr detail::ArgSpec raw_arg(std::string_view name, std::string_view fragment, std::string_view doc) {
  detail::ArgSpec spec;
  spec.name = name;
  spec.type = detail::ArgType::raw;
  spec.fragment = fragment;
  spec.doc = doc;
  if (!detail::is_word(name)) throw "name of an argument: letters, digits and _";
  if (!detail::is_line(doc)) throw "an argument needs one line of documentation";
  if (fragment.size() < 3 || fragment.front() != '{' || fragment.back() != '}') throw "fragment is not {...}";
  return spec;
}
constexpr detail::ArgSpec raw_arg(std::string_view name, Required, std::string_view fragment,
                                  std::string_view doc) {
  detail::ArgSpec spec = raw_arg(name, fragment, doc);
  spec.required = true;
  return spec;
}

template <std::size_t N>
struct ArgTable {
  std::array<detail::ArgSpec, N> specs;

  constexpr std::size_t n_hypers() const {
    std::size_t n = 0;
    for (const auto& spec : specs) n += spec.n_hypers;
    return n;
  }
};

template <class... Spec>
constexpr ArgTable<sizeof...(Spec)> args(const Spec&... specs) {
  const ArgTable<sizeof...(Spec)> table{{specs...}};
  for (std::size_t i = 0; i < sizeof...(Spec); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (table.specs[i].name == table.specs[j].name) throw "two arguments of one name";
  return table;
}

}  // namespace ph
