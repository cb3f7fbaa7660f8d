#pragma once
#include <string>
#include <string_view>

#include "config/load.hpp"

namespace ph {

/// A config that does not stand in a file, such as the one in a checkpoint: JSON text, without bases and templates; then overrides.
/// `label` stands for the file in messages. Throws Error(config).
[[nodiscard]] Node parse_config(std::string_view text, const std::string& label,
                                const ConfigOverrides& overrides = {});

}  // namespace ph
