#pragma once
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/error.hpp"

namespace ph {

/// Order of keys is kept: what is printed and saved reads like what was written.
using Json = nlohmann::ordered_json;

class Document;

/// A value within a config document that knows where it stands, so that whoever reads it can report
/// file, line and JSON path. Cheap to copy; shares the document, which never changes. Any thread.
/// Accessors throw Error(config) with the place when the value has another type.
class Node {
 public:
  /// null, without a place.
  Node();
  /// A document of its own, for values made in code; `label` stands for the file in messages.
  [[nodiscard]] static Node from_json(const Json& value, std::string label = "(built in)");
  [[nodiscard]] static Node parse(std::string_view text, std::string label = "(built in)");

  [[nodiscard]] const Json& json() const noexcept;
  /// JSON pointer: "/data/train/pipeline/3/type"; "" for the root.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// "configs/a.json:12: /optimizer/type"; without file and line where they are not known.
  [[nodiscard]] std::string where() const;

  [[nodiscard]] bool is_null() const noexcept;
  [[nodiscard]] bool is_object() const noexcept;
  [[nodiscard]] bool is_array() const noexcept;
  [[nodiscard]] bool is_string() const noexcept;
  [[nodiscard]] bool is_number() const noexcept;
  /// A whole number: 3, and 3.0 as JSON Schema has it (up to 2^53); i64() takes the same.
  [[nodiscard]] bool is_integer() const noexcept;
  [[nodiscard]] bool is_bool() const noexcept;

  [[nodiscard]] double f64() const;
  [[nodiscard]] std::int64_t i64() const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::string string() const;

  /// Elements of an array or members of an object; 0 for anything else.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] Node operator[](std::size_t index) const;
  [[nodiscard]] std::vector<Node> elements() const;
  [[nodiscard]] std::vector<std::string> keys() const;
  [[nodiscard]] bool has(std::string_view key) const noexcept;  ///< member that is not null
  /// The member, null or not; throws when it is absent.
  [[nodiscard]] Node at(std::string_view key) const;
  /// The member, or nothing when absent or null.
  [[nodiscard]] std::optional<Node> find(std::string_view key) const;

  /// Compact JSON text.
  [[nodiscard]] std::string text() const;
  /// A copy with `value` in this node's place; file and line stay.
  [[nodiscard]] Node with(const Json& value) const;

  /// An error about this value: where() + ": " + problem; "found" describes the value.
  [[nodiscard]] Error error(std::string_view problem, std::string expected = {},
                            std::string advice = {}) const;

 private:
  friend class Document;
  Node(std::shared_ptr<const Document> document, const Json* value, std::string path);
  std::shared_ptr<const Document> document_;
  const Json* value_;
  std::string path_;
};

}  // namespace ph
