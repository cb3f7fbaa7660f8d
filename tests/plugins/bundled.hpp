#pragma once
// The plugins as they were built, loaded the way the host loads them.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "config/node.hpp"
#include "plugin/catalog.hpp"
#include "plugin/instance.hpp"

namespace test {

inline const ph::PluginCatalog& bundled() {
  static const auto catalog =
      ph::PluginCatalog::scan({{POSEHOST_BUILD_DIR "/lib/posehost/plugins", ph::PluginTier::bundled, true}});
  return catalog;
}

inline const ph::LoadedComponent& component(const char* kind, const std::string& name) {
  return bundled().load(bundled().resolve(kind, name, ph::Node()));
}

/// An instance with `args`, JSON text.
inline std::unique_ptr<ph::PluginInstance> make(const char* kind, const std::string& name,
                                                const std::string& args = "{}") {
  return std::make_unique<ph::PluginInstance>(component(kind, name), ph::Node::parse(args));
}

}  // namespace test
