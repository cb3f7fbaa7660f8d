// `plugins.require` and mmcv's `custom_imports`: plugins that a config wants loaded.
#include <algorithm>
#include <optional>

#include "config/error.hpp"
#include "plugin/catalog_impl.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

struct Wanted {
  Node name;
  bool module;        // a Python module of custom_imports, not an id
  bool allow_failed;  // a failure is a warning
};

bool flag(const Node& section, std::string_view key) {
  const auto value = section.find(key);
  return value && value->boolean();
}

void add_names(const Node& names, bool module, bool allow_failed, std::vector<Wanted>& wanted) {
  if (names.is_string()) {
    wanted.push_back({names, module, allow_failed});
    return;
  }
  if (!names.is_array()) throw names.error("wrong type", "a list of names");
  for (const auto& name : names.elements()) {
    if (!name.is_string()) throw name.error("wrong type", "a name");
    wanted.push_back({name, module, allow_failed});
  }
}

std::vector<Wanted> wanted_by(const Node& config) {
  std::vector<Wanted> wanted;
  if (const auto plugins = config.find("plugins")) {
    const bool allowed = flag(*plugins, "allow_failed");
    if (const auto names = plugins->find("require")) add_names(*names, false, allowed, wanted);
  }
  if (const auto imports = config.find("custom_imports")) {
    const bool allowed = flag(*imports, "allow_failed_imports");
    if (const auto names = imports->find("imports")) add_names(*names, true, allowed, wanted);
  }
  return wanted;
}

/// The id that `name` stands for among `ids`; nothing when none fits. Throws when several do.
std::optional<std::string> matching_id(const Node& asked, const std::vector<std::string>& ids) {
  const auto name = asked.string();
  if (std::find(ids.begin(), ids.end(), name) != ids.end()) return name;
  std::vector<std::string> fitting;
  for (const auto& id : ids) {
    if (last_part(id) == last_part(name)) fitting.push_back(id);
  }
  if (fitting.size() > 1) {
    throw Error(ErrorKind::plugin, asked.where() + ": \"" + name + "\" is ambiguous",
                "the plugins " + join(fitting),
                "one plugin whose id ends in \"" + std::string{last_part(name)} + "\"",
                "name the one you mean in plugins.require");
  }
  if (fitting.empty()) return std::nullopt;
  return fitting.front();
}

Error missing(const Wanted& wanted, const std::vector<std::string>& ids,
              const std::vector<PluginFolder>& folders) {
  std::vector<std::string> dirs;
  for (const auto& folder : folders) dirs.push_back(folder.dir.string());
  const auto name = wanted.name.string();
  return Error(
      ErrorKind::plugin, wanted.name.where() + ": there is no plugin for \"" + name + "\"",
      ids.empty() ? "no plugin in " + join(dirs) : join(ids) + " in " + join(dirs),
      "a plugin whose id is, or ends in, \"" + std::string{last_part(name)} + "\"",
      did_you_mean(name, ids,
                   wanted.module ? "a plugin in place of the Python module: see the README of the SDK"
                                 : "put the plugin's file into one of these folders, or use --plugin-dir"));
}

/// The file that a plugin is loaded from: the only one of its best tier.
const CatalogEntry& file_of(const std::string& id, const Node& asked,
                            const std::vector<CatalogEntry>& entries) {
  std::vector<const CatalogEntry*> files;
  for (const auto& entry : entries) {
    if (entry.note.id == id && (files.empty() || files.front()->tier == entry.tier)) files.push_back(&entry);
  }
  if (files.size() > 1) {
    throw Error(ErrorKind::plugin, asked.where() + ": two files are the plugin \"" + id + "\"",
                files[0]->file.string() + ", " + files[1]->file.string(), "one",
                "remove the one that you do not want");
  }
  return *files.front();
}

}  // namespace

void PluginCatalog::require(const Node& config, bool all_resolved) const {
  std::vector<std::string> ids;
  for (const auto& entry : impl_->entries) {
    if (!entry.note.id.empty() && std::find(ids.begin(), ids.end(), entry.note.id) == ids.end()) {
      ids.push_back(entry.note.id);
    }
  }
  for (const auto& wanted : wanted_by(config)) {
    const auto id = matching_id(wanted.name, ids);
    try {
      if (!id) throw missing(wanted, ids, impl_->folders);
      const auto& entry = file_of(*id, wanted.name, impl_->entries);
      if (entry.error) throw Error(*entry.error);
      static_cast<void>(impl_->open(entry));
    } catch (const Error& error) {
      const bool harmless = !id && wanted.module && all_resolved;
      if (!wanted.allow_failed && !harmless) throw;
      impl_->warn_once(error.summary() + (error.found().empty() ? "" : ": " + error.found()));
    }
  }
}

}  // namespace ph
