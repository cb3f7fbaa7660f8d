#include "component_default.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "config/override.hpp"
#include "plugin/catalog.hpp"

namespace {

struct Section {
  const char *key, *kind, *selector, *fallback;  // fallback: the name where the section says none
};
constexpr Section sections[] = {{"optimizer", PH_KIND_OPTIMIZER, "type", ""},
                                {"lr_config", PH_KIND_SCHEDULE, "policy", ""},
                                {"momentum_config", PH_KIND_SCHEDULE, "policy", ""},
                                {"custom_hooks", PH_KIND_HOOK, "type", ""},
                                {"mmcv_hooks", PH_KIND_HOOK, "type", ""},
                                {"checkpoint_config", PH_KIND_HOOK, "type", "CheckpointHook"},
                                {"evaluation", PH_KIND_HOOK, "type", "EvalHook"}};

/// The object at `keys`, its last key left out; null Node where there is none.
std::optional<ph::Node> owner(const ph::Node& config, const std::vector<std::string>& keys) {
  auto at = config;
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    if (at.is_array()) {
      if (keys[i].empty() || keys[i].size() > 8 ||
          keys[i].find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
      const auto index = std::stoul(keys[i]);
      if (index >= at.size()) return std::nullopt;
      at = at[index];
    } else {
      const auto next = at.find(keys[i]);
      if (!next) return std::nullopt;
      at = *next;
    }
  }
  return at.is_object() ? std::optional{at} : std::nullopt;
}

}  // namespace

std::optional<ph::ValueOrigin> component_default(const ph::Node& config, const std::string& key,
                                                 const std::vector<std::string>& plugin_dirs) {
  const auto keys = ph::split_key(key);
  const auto* section = std::find_if(std::begin(sections), std::end(sections),
                                     [&](const Section& one) { return one.key == keys.front(); });
  if (section == std::end(sections) || keys.size() < 2) return std::nullopt;
  const auto object = owner(config, keys);
  if (!object) return std::nullopt;
  const auto named = object->find(section->selector);
  const std::string name = named && named->is_string() ? named->string() : section->fallback;
  if (name.empty()) return std::nullopt;
  const auto catalog = ph::PluginCatalog::scan(ph::plugin_folders(plugin_dirs, &config));
  for (const auto& ref : catalog.resolve_all(section->kind, name, named.value_or(*object))) {
    const auto schema = ph::Json::parse(ref.note->schema);
    const auto properties = schema.value("properties", ph::Json::object());
    const auto property = properties.find(keys.back());
    if (property == properties.end()) continue;
    const bool has_default = property->contains("default");
    return ph::ValueOrigin{object->path() + "/" + keys.back(),
                           has_default ? (*property)["default"].dump() : std::string{},
                           has_default ? "default" : "not set",
                           has_default ? ref.qualified_name() : std::string{},
                           0,
                           property->value("description", std::string{})};
  }
  return std::nullopt;
}
