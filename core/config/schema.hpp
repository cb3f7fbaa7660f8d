#pragma once
#include <string>
#include <string_view>

#include "config/node.hpp"

namespace ph {

/// A JSON Schema in posehost's closed dialect (sdk/README.md lists the keywords), used for the host's
/// own sections, for registered types and for every plugin component.
class Schema {
 public:
  /// Throws Error(config) when `text` is no schema of the dialect: unknown keyword, wrong type,
  /// nesting too deep; `label` names its source in the message.
  [[nodiscard]] static Schema parse(std::string_view text, std::string label);

  /// Checks `value` and returns it with the defaults of absent properties filled in, recursively.
  /// Throws Error(config) at the first violation, with place, found, expected and, for unknown keys
  /// and enum values, the nearest name. `ignore` are keys allowed besides the properties at the top
  /// ("type", which selected the schema).
  [[nodiscard]] Node check(const Node& value, const std::vector<std::string>& ignore = {}) const;

  [[nodiscard]] const Json& json() const noexcept;

 private:
  explicit Schema(std::shared_ptr<const Json> json);
  std::shared_ptr<const Json> json_;  // its form has been checked
};

}  // namespace ph
