#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "config/node.hpp"

namespace ph {

/// Reads the part of YAML that data.yaml of YOLO and config.yaml of DeepLabCut use: maps and lists by indentation, [flow, lists],
/// {flow: maps} on one line, quoted and plain texts, numbers, true, false, null, comments. Anchors, tags, texts over several lines and
/// several documents are not understood. Throws Error(data) with file and line.
[[nodiscard]] Json parse_simple_yaml(std::string_view text, const std::string& name);

}  // namespace ph
