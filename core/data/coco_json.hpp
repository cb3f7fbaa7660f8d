#pragma once
#include <filesystem>

#include "config/node.hpp"

namespace ph {

/// Parses an annotation file without its "segmentation" members, which are most of a COCO file and of no
/// use here. Throws Error(data): missing, not JSON (with line; NaN and Infinity are named), not an object.
[[nodiscard]] Json parse_coco_json(const std::filesystem::path& file);

}  // namespace ph
