#pragma once
// Private to core/config: one config over another.
#include "config/document.hpp"

namespace ph {

/// Puts `child` over `base`: objects merge, anything else replaces; {"_delete_": true, …} replaces an
/// object. No "_delete_" is left. Throws Error(config) for an object over something else.
void merge_over(ParsedText& base, const ParsedText& child);

/// Adds a further base file. Throws Error(config) when both have the same top-level key.
void join_bases(ParsedText& bases, const ParsedText& other);

}  // namespace ph
