#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "config/error.hpp"
#include "log/log.hpp"
#include "plugin/catalog.hpp"
#include "plugin/text_rules.hpp"
#include "plugin_commands/plugin_commands.hpp"

namespace {

using Json = nlohmann::ordered_json;

const char* tier_name(ph::PluginTier tier) {
  switch (tier) {
    case ph::PluginTier::named:
      return "named";
    case ph::PluginTier::installed:
      return "installed";
    default:
      return "bundled";
  }
}

Json to_json(const ph::CatalogEntry& entry) {
  Json json{{"file", entry.file.string()}, {"tier", tier_name(entry.tier)}};
  if (!entry.problem.empty()) {
    json["problem"] = entry.problem;
    return json;
  }
  const auto& note = entry.note;
  json.update(Json{{"id", note.id},
                   {"version", note.version},
                   {"license", note.license},
                   {"author", note.author},
                   {"libraries", note.libraries},
                   {"abi", {note.abi_major, note.abi_minor}},
                   {"min_host_minor", note.min_host_minor}});
  if (!entry.warnings.empty()) json["warnings"] = entry.warnings;
  json["components"] = Json::array();
  for (const auto& component : note.components) {
    json["components"].push_back({{"kind", component.kind},
                                  {"name", component.name},
                                  {"doc", component.doc},
                                  {"schema", Json::parse(component.schema, nullptr, false)}});
  }
  return json;
}

ph::PluginCatalog scan(const PluginArguments& options) {
  return ph::PluginCatalog::scan(ph::plugin_folders(options.dirs, nullptr));
}

}  // namespace

int list_plugins(const PluginArguments& options) {
  const auto catalog = scan(options);
  if (options.json) {
    Json all = Json::array();
    for (const auto& entry : catalog.entries()) all.push_back(to_json(entry));
    std::cout << all.dump(2) << "\n";
    return 0;
  }
  if (catalog.entries().empty()) std::printf("no plugins found\n");
  for (const auto& entry : catalog.entries()) {
    if (!entry.problem.empty()) {
      std::printf("%s (%s): cannot be used\n%s\n\n", entry.file.c_str(), tier_name(entry.tier),
                  entry.problem.c_str());
      continue;
    }
    std::printf("%s %s (%s)\n", entry.note.id.c_str(), entry.note.version.c_str(), tier_name(entry.tier));
    for (const auto& component : entry.note.components) {
      std::printf("  %-13s %-17s %s\n", std::string{ph::short_kind(component.kind)}.c_str(),
                  component.name.c_str(), component.doc.c_str());
    }
    std::printf("\n");
  }
  std::set<std::string> warnings;
  for (const auto& entry : catalog.entries()) warnings.insert(entry.warnings.begin(), entry.warnings.end());
  for (const auto& warning : warnings) ph::log_warn(warning);
  return 0;
}

namespace {

std::string type_text(const Json& schema) {
  if (schema.contains("enum") || schema.contains("oneOf")) return "choice";
  if (!schema.contains("type")) return "any";
  if (schema["type"].is_string()) return schema["type"].get<std::string>();
  std::string all;
  for (const auto& type : schema["type"]) all += (all.empty() ? "" : "|") + type.get<std::string>();
  return all;
}

void print_component(const ph::ComponentNote& component) {
  std::printf("\n%s %s: %s\n", std::string{ph::short_kind(component.kind)}.c_str(), component.name.c_str(),
              component.doc.c_str());
  const auto schema = Json::parse(component.schema, nullptr, false);
  if (!schema.is_object() || !schema.contains("properties")) return;
  for (const auto& [name, property] : schema["properties"].items()) {
    std::printf("  %-18s %-14s %-10s %s\n", name.c_str(), type_text(property).c_str(),
                property.contains("default") ? property["default"].dump().c_str() : "required",
                property.value("description", std::string{}).c_str());
  }
}

// `target` is a file, a plugin id, a component or "id/Component".
bool matches(const ph::CatalogEntry& entry, const std::string& target) {
  const auto& note = entry.note;
  return entry.file == target || entry.file.filename() == target || note.id == target ||
         std::any_of(note.components.begin(), note.components.end(),
                     [&](const auto& c) { return c.name == target || note.id + "/" + c.name == target; });
}

// Of a plugin that was asked for by one of its components, that one.
ph::CatalogEntry wanted(ph::CatalogEntry entry, const std::string& target) {
  auto& all = entry.note.components;
  const auto is_other = [&](const auto& c) {
    return c.name != target && entry.note.id + "/" + c.name != target;
  };
  if (!std::all_of(all.begin(), all.end(), is_other))
    all.erase(std::remove_if(all.begin(), all.end(), is_other), all.end());
  return entry;
}

}  // namespace

int describe_plugins(const PluginArguments& options) {
  std::vector<ph::CatalogEntry> found;
  std::error_code ignored;
  if (options.target.size() > 3 && std::filesystem::is_regular_file(options.target, ignored)) {
    found.push_back({std::filesystem::absolute(options.target),
                     ph::PluginTier::named,
                     ph::read_note(options.target),
                     {},
                     nullptr,
                     {}});
  } else {
    std::vector<std::string> known;
    const auto catalog = scan(options);
    for (const auto& entry : catalog.entries()) {
      if (entry.problem.empty() && matches(entry, options.target))
        found.push_back(wanted(entry, options.target));
      known.push_back(entry.note.id);
      for (const auto& component : entry.note.components) known.push_back(component.name);
    }
    if (found.empty()) {
      throw ph::Error(ph::ErrorKind::plugin,
                      "plugin info: there is no plugin or component \"" + options.target + "\"", {},
                      "a file, a plugin id or a component's name",
                      ph::did_you_mean(options.target, known, "posehost plugin list"));
    }
  }
  if (options.json) {
    Json all = Json::array();
    for (const auto& entry : found) all.push_back(to_json(entry));
    std::cout << all.dump(2) << "\n";
    return 0;
  }
  for (const auto& entry : found) {
    const auto& note = entry.note;
    std::printf("%s %s\n  file      %s\n  licence   %s\n", note.id.c_str(), note.version.c_str(),
                entry.file.c_str(), note.license.c_str());
    if (!note.author.empty()) std::printf("  author    %s\n", note.author.c_str());
    if (!note.libraries.empty()) std::printf("  libraries %s\n", note.libraries.c_str());
    std::printf("  ABI       built for %u.%u, needs a host of at least %u.%u\n", note.abi_major,
                note.abi_minor, note.abi_major, note.min_host_minor);
    for (const auto& component : note.components) print_component(component);
    std::printf("\n");
  }
  return 0;
}
