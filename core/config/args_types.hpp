#pragma once
// Included by args.hpp. How C++ types stand in configs; each ArgType<T> has
//   schema()   the JSON Schema of a value, as JSON text: {"type":"number"}
//   read(node) the value; the node has been checked against the schema
//   json(v)    the value as JSON text, for defaults
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/args.hpp"

namespace ph {

/// One value or a list of such values ("metric": "PCK" and "metric": ["PCK", "AUC"]). A list that was
/// given as one value is written back as one.
template <class T>
struct OneOrMany {
  std::vector<T> values;
};

namespace args_detail {
// Pieces of JSON text; no JSON header is needed where arguments are declared.
[[nodiscard]] std::string string_text(std::string_view text);
[[nodiscard]] std::string number(double value);  ///< shortest text that reads back; throws on NaN and Inf
[[nodiscard]] std::string number(float value);
[[nodiscard]] std::string object(const std::vector<std::pair<std::string, std::string>>& members);
[[nodiscard]] std::string list(const std::vector<std::string>& elements);
[[nodiscard]] std::string integer_schema(std::int64_t minimum, std::int64_t maximum);
[[nodiscard]] std::string list_schema(const std::string& items, std::size_t minimum, std::size_t maximum);
[[nodiscard]] std::string map_schema(const std::string& values);
[[nodiscard]] std::string nullable_schema(const std::string& schema);
[[nodiscard]] std::string one_or_many_schema(const std::string& items);
/// `schema` with the limits, a default (empty: none) and a description. Limits of numbers and enums go
/// to the elements of a list; an enum of a nullable type takes null as well.
[[nodiscard]] std::string property(const std::string& schema, const Limits& limits,
                                   const std::string& default_json, const std::string& doc);
struct PropertyText {
  std::string name, schema;
  bool required;
};
[[nodiscard]] std::string table_schema(const std::string& doc, const std::vector<PropertyText>& properties);
/// Checks `node` ("type" is allowed besides the properties) and fills defaults.
[[nodiscard]] Node checked(const Node& node, const std::string& schema, const std::string& doc);
/// Says once per argument, at debug level, that it means nothing here.
void note_ignored(const Node& value, const std::string& name, const std::string& why);
}  // namespace args_detail

template <>
struct ArgType<bool> {
  static std::string schema() { return R"({"type":"boolean"})"; }
  static bool read(const Node& node) { return node.boolean(); }
  static std::string json(bool value) { return value ? "true" : "false"; }
};

template <>
struct ArgType<std::string> {
  static std::string schema() { return R"({"type":"string"})"; }
  static std::string read(const Node& node) { return node.string(); }
  static std::string json(const std::string& value) { return args_detail::string_text(value); }
};

template <std::floating_point T>
struct ArgType<T> {
  static std::string schema() { return R"({"type":"number"})"; }
  static T read(const Node& node) { return static_cast<T>(node.f64()); }
  static std::string json(T value) { return args_detail::number(value); }
};

template <std::integral T>
struct ArgType<T> {
  static std::string schema() {
    constexpr auto top = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    return args_detail::integer_schema(
        static_cast<std::int64_t>(std::numeric_limits<T>::min()),
        top > static_cast<std::uint64_t>(INT64_MAX) ? INT64_MAX : static_cast<std::int64_t>(top));
  }
  static T read(const Node& node) { return static_cast<T>(node.i64()); }
  static std::string json(T value) { return std::to_string(value); }
};

/// Any JSON value.
template <>
struct ArgType<Node> {
  static std::string schema() { return "{}"; }
  static Node read(const Node& node) { return node; }
  static std::string json(const Node& value) { return value.text(); }
};

template <class T>
struct ArgType<std::vector<T>> {
  static std::string schema() {
    return args_detail::list_schema(ArgType<T>::schema(), 0, std::numeric_limits<std::size_t>::max());
  }
  static std::vector<T> read(const Node& node) {
    std::vector<T> values;
    for (const Node& element : node.elements()) values.push_back(ArgType<T>::read(element));
    return values;
  }
  static std::string json(const std::vector<T>& values) {
    std::vector<std::string> elements;
    for (const auto& value : values) elements.push_back(ArgType<T>::json(value));
    return args_detail::list(elements);
  }
};

template <class T, std::size_t N>
struct ArgType<std::array<T, N>> {
  static std::string schema() { return args_detail::list_schema(ArgType<T>::schema(), N, N); }
  static std::array<T, N> read(const Node& node) {
    std::array<T, N> values{};
    for (std::size_t i = 0; i < N; ++i) values[i] = ArgType<T>::read(node[i]);
    return values;
  }
  static std::string json(const std::array<T, N>& values) {
    return ArgType<std::vector<T>>::json(std::vector<T>(values.begin(), values.end()));
  }
};

/// null or absent: nothing.
template <class T>
struct ArgType<std::optional<T>> {
  static std::string schema() { return args_detail::nullable_schema(ArgType<T>::schema()); }
  static std::optional<T> read(const Node& node) {
    if (node.is_null()) return std::nullopt;
    return ArgType<T>::read(node);
  }
  static std::string json(const std::optional<T>& value) { return value ? ArgType<T>::json(*value) : "null"; }
};

template <class T>
struct ArgType<OneOrMany<T>> {
  static std::string schema() { return args_detail::one_or_many_schema(ArgType<T>::schema()); }
  static OneOrMany<T> read(const Node& node) {
    if (node.is_array()) return {ArgType<std::vector<T>>::read(node)};
    return {{ArgType<T>::read(node)}};
  }
  static std::string json(const OneOrMany<T>& value) {
    if (value.values.size() == 1) return ArgType<T>::json(value.values.front());
    return ArgType<std::vector<T>>::json(value.values);
  }
};

template <class T>
struct ArgType<std::map<std::string, T>> {
  static std::string schema() { return args_detail::map_schema(ArgType<T>::schema()); }
  static std::map<std::string, T> read(const Node& node) {
    std::map<std::string, T> values;
    for (const std::string& key : node.keys()) values.emplace(key, ArgType<T>::read(node.at(key)));
    return values;
  }
  static std::string json(const std::map<std::string, T>& values) {
    std::vector<std::pair<std::string, std::string>> members;
    for (const auto& [key, value] : values) members.emplace_back(key, ArgType<T>::json(value));
    return args_detail::object(members);
  }
};

/// A struct with a table of its own.
template <class T>
requires requires { T::table(); }
struct ArgType<T> {
  static std::string schema() { return T::table().schema_text(); }
  static T read(const Node& node) { return T::table().read(node); }
  static std::string json(const T& value) { return T::table().json(value); }
};

template <class T>
template <class M>
ArgTable<T>& ArgTable<T>::add(std::string name, M T::*member, std::string doc, Limits limits, bool required) {
  Entry entry;
  entry.fragment = args_detail::property(ArgType<M>::schema(), limits,
                                         required ? std::string() : ArgType<M>::json(T{}.*member), doc);
  entry.name = std::move(name);
  entry.required = required;
  entry.read = [member](T& object, const Node& node) { object.*member = ArgType<M>::read(node); };
  entry.json = [member](const T& object) { return ArgType<M>::json(object.*member); };
  entries_.push_back(std::move(entry));
  return *this;
}

template <class T>
ArgTable<T>& ArgTable<T>::ignored(std::string name, std::string why) {
  Entry entry;
  entry.fragment = args_detail::property("{}", {}, {}, "not used: " + why);
  entry.name = std::move(name);
  entry.required = false;
  entry.why_ignored = std::move(why);
  entries_.push_back(std::move(entry));
  return *this;
}

template <class T>
std::string ArgTable<T>::schema_text() const {
  std::vector<args_detail::PropertyText> properties;
  for (const Entry& entry : entries_) properties.push_back({entry.name, entry.fragment, entry.required});
  return args_detail::table_schema(doc_, properties);
}

template <class T>
T ArgTable<T>::read(const Node& node) const {
  const Node values = args_detail::checked(node, schema_text(), doc_);
  T object{};
  for (const std::string& key : values.keys()) {
    for (const Entry& entry : entries_) {
      if (entry.name != key) continue;
      if (entry.read) {
        entry.read(object, values.at(key));
      } else {
        args_detail::note_ignored(values.at(key), entry.name, entry.why_ignored);
      }
    }
  }
  return object;
}

template <class T>
std::string ArgTable<T>::json(const T& value) const {
  std::vector<std::pair<std::string, std::string>> members;
  for (const Entry& entry : entries_) {
    if (entry.json) members.emplace_back(entry.name, entry.json(value));
  }
  return args_detail::object(members);
}

}  // namespace ph
