#pragma once
#include "plugin/config_schema.hpp"

namespace ph {

/// All model parts, data sets and transforms that a config can name.
[[nodiscard]] KnownTypes known_types();

}  // namespace ph
