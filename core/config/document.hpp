#pragma once
// Private to core/config: what stands behind a Node.
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "config/node.hpp"

namespace ph {

/// A string that holds values from the environment, and what to show in its place. `value` is kept to
/// tell whether the string is still the one that was read.
struct Mask {
  std::string value, shown;
};

/// Where one value was written.
struct Place {
  /// The file as a message shows it, or "--set optimizer.lr" for a change from the command line.
  std::shared_ptr<const std::string> source;
  int line = 0;  ///< 0: not known
  std::optional<Mask> mask = std::nullopt;
  /// A {{…}} that stood without quotes: what it expands to is read as JSON.
  bool bare_template = false;
};

/// JSON pointer -> place, sorted, so that the values below a pointer p are those that begin with
/// p + "/". Values without an entry stand where their nearest ancestor with one stands.
using Places = std::map<std::string, Place, std::less<>>;

/// A value and the places of all values in it. Never changes once it is shared.
class Document {
 public:
  Json value;
  std::shared_ptr<const Places> places;
  std::string label;  ///< stands for the file where no place is known

  /// The document's root.
  [[nodiscard]] static Node root(Json value, Places places, std::string label);
  /// What stands behind `node`; null for a Node made by its default constructor.
  [[nodiscard]] static const Document* of(const Node& node) noexcept { return node.document_.get(); }
};

/// One step down: pointer + "/" + key, with "~" and "/" of the key escaped.
[[nodiscard]] std::string child_pointer(std::string_view pointer, std::string_view key);
[[nodiscard]] std::string child_pointer(std::string_view pointer, std::size_t index);

/// The place of `pointer` or of its nearest ancestor that has one; null when there is none.
[[nodiscard]] const Place* find_place(const Places& places, std::string_view pointer);

/// "file:12: /pointer", leaving out what is not known; `label` stands for an unknown file.
[[nodiscard]] std::string place_text(const Place* place, std::string_view label, std::string_view pointer);

/// Removes the places of `pointer` and of everything below it.
void erase_places(Places& places, const std::string& pointer);
/// Copies the places of `pointer` and everything below it from one map to another, where they get the
/// pointer `to`.
void copy_places(const Places& source, const std::string& pointer, Places& target, const std::string& to);

/// Parsed from text: JSON with comments. `source` is the file as messages show it.
struct ParsedText {
  Json value;
  Places places;
};
/// Throws Error(config) with file, line and column.
[[nodiscard]] ParsedText parse_text(std::string_view text, const std::shared_ptr<const std::string>& source);

/// What `value` is, for messages: `the string "x"`, `the number 3`, `an object with a, b`.
[[nodiscard]] std::string describe(const Json& value);
/// JSON text on one line; bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string json_text(const Json& value);
/// Whether the value is a whole number that fits into int64: 3, and 3.0 (JSON Schema's rule), up to 2^53.
[[nodiscard]] bool is_whole(const Json& value) noexcept;

}  // namespace ph
