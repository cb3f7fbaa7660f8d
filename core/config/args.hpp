#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/node.hpp"
#include "config/schema.hpp"

namespace ph {

/// How a C++ type looks in a config: bool, numbers, std::string, Node (any JSON value), vector, array,
/// optional (null), map<string, T>, OneOrMany<T>, structs with a table().
template <class T>
struct ArgType;  // specialised in args_types.hpp, which this header includes at its end

/// Constraints of one argument: raw schema keywords, joined with commas. Limits of numbers and enums
/// given for a list hold for each of its elements.
struct Limits {
  std::string keywords;
};
[[nodiscard]] Limits at_least(double minimum);
[[nodiscard]] Limits above(double exclusive_minimum);
[[nodiscard]] Limits range(double minimum, double maximum);
[[nodiscard]] Limits one_of(const std::vector<std::string>& values);
[[nodiscard]] Limits one_of(const std::vector<std::int64_t>& values);
// For braces: {"a", "b"} alone would be ambiguous, being a pair of iterators too.
[[nodiscard]] Limits one_of(std::initializer_list<const char*> values);
[[nodiscard]] Limits one_of(std::initializer_list<std::int64_t> values);
[[nodiscard]] Limits length(std::size_t minimum, std::size_t maximum);

/// The table of a type's arguments: schema, defaults and reader at once. `T` is a plain struct whose
/// default member values are the defaults.
///
///   struct PckArgs {
///     double threshold = 0.2;
///     static const ArgTable<PckArgs>& table();
///   };
///   const ArgTable<PckArgs>& PckArgs::table() {
///     static const ArgTable<PckArgs> t = ArgTable<PckArgs>("share of correct keypoints")
///         .arg("thr", &PckArgs::threshold, "distance over normaliser", above(0));
///     return t;
///   }
template <class T>
class ArgTable {
 public:
  explicit ArgTable(std::string doc) : doc_(std::move(doc)) {}

  /// An argument with the member's default.
  template <class M>
  ArgTable& arg(std::string name, M T::*member, std::string doc, Limits limits = {}) {
    return add(std::move(name), member, std::move(doc), std::move(limits), false);
  }
  /// An argument that has to be given.
  template <class M>
  ArgTable& required(std::string name, M T::*member, std::string doc, Limits limits = {}) {
    return add(std::move(name), member, std::move(doc), std::move(limits), true);
  }
  /// A key that configs carry and that means nothing here; accepted with any value.
  ArgTable& ignored(std::string name, std::string why);

  [[nodiscard]] const std::string& doc() const noexcept { return doc_; }
  /// The schema as JSON text.
  [[nodiscard]] std::string schema_text() const;
  /// Checks `node` and reads it. A "type" member is allowed. Throws Error(config) with the place.
  [[nodiscard]] T read(const Node& node) const;
  /// All arguments of `value` as JSON text.
  [[nodiscard]] std::string json(const T& value) const;

 private:
  struct Entry {
    std::string name, fragment;
    bool required = false;
    std::function<void(T&, const Node&)> read;  // empty for ignored keys, like json
    std::function<std::string(const T&)> json;
    std::string why_ignored;
  };
  template <class M>
  ArgTable& add(std::string name, M T::*member, std::string doc, Limits limits, bool required);
  std::string doc_;
  std::vector<Entry> entries_;
};

}  // namespace ph

#include "config/args_types.hpp"
