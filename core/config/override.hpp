#pragma once
// Private to core/config: changes from the command line.
#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "config/load.hpp"

namespace ph {

/// "a.b.0.c" -> a, b, 0, c. A text that begins with "/" is a JSON pointer, for keys that hold dots:
/// "/optimizer/paramwise_cfg/custom_keys/backbone.layer1".
[[nodiscard]] std::vector<std::string> split_key(std::string_view text);

/// Applies `set`, then `cfg_options`. Objects that are missing on the way are made (the schema check
/// finds slips); an index must exist. Throws Error(config).
void apply_overrides(ParsedText& document, const ConfigOverrides& overrides);

/// A value in the syntax of mmcv's --cfg-options.
[[nodiscard]] Json mmcv_value(std::string_view text, const std::string& source);

}  // namespace ph
