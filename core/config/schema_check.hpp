#pragma once
// Private to core/config.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// Checks `value` against a schema whose form is known to be right; returns the value with defaults
/// filled in. `ignore`: keys allowed besides the properties at the top. Throws Error(config).
[[nodiscard]] Json check_value(const Json& schema, const Node& value, const std::vector<std::string>& ignore);

}  // namespace ph
