#pragma once
#include "data/transform.hpp"
#include "plugin/catalog.hpp"

namespace ph {

/// A transform of a plugin (draft, abi_draft.h), by the "type" of `node`. Throws Error(plugin), Error(config).
[[nodiscard]] std::shared_ptr<Transform> make_plugin_transform(const PluginCatalog& catalog,
                                                               const Node& node);

}  // namespace ph
