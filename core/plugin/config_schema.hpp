#pragma once
#include <map>
#include <string>

#include "plugin/catalog.hpp"

namespace ph {

/// Schemas of types that a config can name, as text: kind ("backbone", "transform") -> name -> schema.
using KnownTypes = std::map<std::string, std::map<std::string, std::string>>;

/// A JSON Schema (2020-12) of whole config files, for editors and validators: the host's sections, the
/// components of all plugins in `catalog`, and `types`. What a file may leave to its `_base_` is only
/// missed in files without one. Of `types` a config can name nothing else; a kind that is absent from it is
/// left open, and so are names of plugins, which may lie in other folders.
[[nodiscard]] std::string config_schema_text(const PluginCatalog& catalog, const KnownTypes& types);

}  // namespace ph
