#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace ph {

/// mmcv's and mmpose's spellings of components that ship with posehost: aliases.json, compiled in.
/// `kind` is PH_KIND_* or its middle part ("schedule"). Optimizers need none: their names are mmcv's.
/// An alias may stand for several components (mmcv's TextLoggerHook writes text and JSON). Spellings
/// are listed as mmcv accepts them: a policy all in lower case is title-cased there, others are taken
/// as they are. Empty when `name` is no alias.
[[nodiscard]] std::vector<std::string> components_for_alias(std::string_view kind, std::string_view name);

/// All aliases of a kind, for messages.
[[nodiscard]] std::vector<std::string> alias_names(std::string_view kind);

}  // namespace ph
