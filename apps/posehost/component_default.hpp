#pragma once
#include <optional>
#include <string>
#include <vector>

#include "config/explain.hpp"

/// The default that the plugin's component has for an argument nobody set: of "optimizer.betas", what the
/// schema of the optimizer says. Nothing where `key` is no argument of a component that can be found.
[[nodiscard]] std::optional<ph::ValueOrigin> component_default(const ph::Node& config, const std::string& key,
                                                               const std::vector<std::string>& plugin_dirs);
