#pragma once
#include "metric/metric.hpp"
#include "plugin/catalog.hpp"

namespace ph {

/// A metric of a plugin (draft, abi_draft.h): `node` is its name, or an object with "type" and arguments.
/// Throws Error(plugin), Error(config).
[[nodiscard]] std::shared_ptr<const Metric> make_plugin_metric(const PluginCatalog& catalog,
                                                               const Node& node);

}  // namespace ph
