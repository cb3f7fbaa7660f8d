#pragma once
#include "config/node.hpp"
#include "weights/convert_weights.hpp"

/// Shows what a conversion did: counts, what was left out and why, and, with `map`, each name that changed.
void print_converted(const ph::ConvertedFile& done, bool map);
/// The same for programs; all names.
[[nodiscard]] ph::Json converted_json(const ph::ConvertedFile& done);
