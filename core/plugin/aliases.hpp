#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ph {

/// mmcv's and mmpose's spellings of components that ship with posehost: aliases.json, compiled in.
/// "optimizer" names need none. An alias may stand for several components (mmcv's TextLoggerHook
/// writes text and JSON). Matching ignores nothing: spellings are listed as mmcv accepts them.
[[nodiscard]] std::vector<std::string> components_for_alias(std::string_view kind, std::string_view name);

}  // namespace ph
