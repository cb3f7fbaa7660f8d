#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// Changes from the command line, in the order given.
struct ConfigOverrides {
  /// "a.b.0.c=JSON" (--set): the value must be JSON, a bare word being taken as a string.
  std::vector<std::string> set;
  /// "a.b=1" with mmcv's value syntax (--cfg-options, --options): int, float, true/false, None,
  /// "1,2" and "[1,2]" lists, "(1,2)" nested; anything else is a string.
  std::vector<std::string> cfg_options;
};

/// Reads a config: JSON with // and /* */ comments, duplicate keys refused; {{fileDirname}},
/// {{fileBasename}}, {{fileBasenameNoExtension}}, {{fileExtname}}, {{$ENV:default}}; `_base_` (string
/// or list, relative to the file; dicts merge, lists replace, a key in two bases is an error, cycles
/// are an error); `_delete_`; then overrides. Throws Error(config) with file, line and path.
[[nodiscard]] Node load_config(const std::filesystem::path& file, const ConfigOverrides& overrides = {});

/// Indented JSON text for print-config and the work dir; values that came from the environment are
/// replaced by "{{$NAME}}" when `mask_environment`.
[[nodiscard]] std::string pretty_config(const Node& config, bool mask_environment);

/// The value with the same replacements, for tools that show parts of it.
[[nodiscard]] Json masked_json(const Node& config);

}  // namespace ph
