#pragma once
#include <filesystem>

#include "config/node.hpp"

namespace ph {

/// Parses an annotation file without its "segmentation" members, which are most of a COCO file and of no
/// use here. Throws Error(data): missing, not JSON (with line; NaN and Infinity are named), not an object.
[[nodiscard]] Json parse_coco_json(const std::filesystem::path& file);
/// The same for annotation files of another form: any JSON value.
[[nodiscard]] Json parse_annotation_json(const std::filesystem::path& file);

/// Throws Error(data) when a file name of an annotation, below the folder with the images, would leave it.
void check_below_folder(const std::string& file_name, const std::string& where);

}  // namespace ph
