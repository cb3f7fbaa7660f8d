#pragma once
#include <string>
#include <utility>

#include "config/args.hpp"

namespace ph {

/// An argument table with checks that a schema cannot express (lists of equal length, …). Stands for
/// an ArgTable wherever a struct's table() is used; what it reads is consistent.
template <class T>
class CheckedArgs {
 public:
  /// `check` throws node.at(key).error(…); it may also derive members from others.
  using Check = void (*)(T& args, const Node& node);
  CheckedArgs(ArgTable<T> table, Check check) : table_(std::move(table)), check_(check) {}

  [[nodiscard]] const std::string& doc() const noexcept { return table_.doc(); }
  [[nodiscard]] std::string schema_text() const { return table_.schema_text(); }
  [[nodiscard]] std::string json(const T& value) const { return table_.json(value); }
  [[nodiscard]] T read(const Node& node) const {
    T args = table_.read(node);
    check_(args, node);
    return args;
  }

 private:
  ArgTable<T> table_;
  Check check_;
};

/// The member `key`, or `node` itself where the member was left out and its default is at fault.
[[nodiscard]] inline Node member_or_self(const Node& node, std::string_view key) {
  return node.find(key).value_or(node);
}

}  // namespace ph
