#include "plugin/config_schema.hpp"

#include <posehost/abi_draft.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "config/run_config.hpp"
#include "plugin/aliases.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

/// A key that chooses a type by its name, wherever it stands: of which kind, and whether it is a list.
struct Slot {
  const char *key, *kind;
  bool list;
};
constexpr Slot slots[] = {{"model", "model", false},        {"backbone", "backbone", false},
                          {"neck", "neck", false},          {"keypoint_head", "head", false},
                          {"loss_keypoint", "loss", false}, {"train", "dataset", false},
                          {"val", "dataset", false},        {"test", "dataset", false},
                          {"pipeline", "transform", true},  {"optimizer", "optimizer", false},
                          {"lr_config", "schedule", false}, {"momentum_config", "schedule", false},
                          {"custom_hooks", "hook", true},   {"mmcv_hooks", "hook", true},
                          {"hooks", "hook", true}};

/// Keys beside a component's own that the host reads.
const std::vector<const char*>& host_keys(const std::string& kind) {
  static const std::map<std::string, std::vector<const char*>> keys{
      {"optimizer", {"paramwise_cfg", "constructor", "others"}},
      {"hook", {"priority", "interval", "by_epoch"}}};
  static const std::vector<const char*> none;
  const auto found = keys.find(kind);
  return found == keys.end() ? none : found->second;
}

const char* selector_of(const std::string& kind) { return kind == "schedule" ? "policy" : "type"; }

Json reference(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }

/// Every closed object may also say "_delete_", which replaces what a base has.
void allow_delete(Json& schema) {
  if (schema.is_object() && schema.contains("properties") &&
      schema.value("additionalProperties", Json()) == false)
    schema["properties"]["_delete_"] = {{"const", true}, {"description", "replaces the object of the base"}};
  if (!schema.is_structured()) return;
  for (auto& part : schema) allow_delete(part);
}

/// What a base may give is not missed.
void forget_required(Json& schema) {
  if (schema.is_object()) schema.erase("required");
  if (!schema.is_structured()) return;
  for (auto& part : schema) forget_required(part);
}

class Maker {
 public:
  Maker(const PluginCatalog& catalog, const KnownTypes& types) {
    for (const auto& [kind, names] : types) {
      closed_.push_back(kind);
      for (const auto& [name, text] : names) add(kind, name, Json::parse(text));
    }
    for (const char* kind :
         {PH_KIND_OPTIMIZER, PH_KIND_SCHEDULE, PH_KIND_PARAM_GROUPS, PH_KIND_HOOK, PH_KIND_TRANSFORM}) {
      add_plugins(catalog, kind);
    }
  }

  [[nodiscard]] Json make() {
    Json root = Json::parse(run_schema_text());
    Json properties{{"_base_",
                     {{"type", {"string", "array"}},
                      {"items", {{"type", "string"}}},
                      {"description", "files that this one goes on from"}}}};
    for (const auto& [key, value] : root["properties"].items()) properties[key] = value;
    for (const auto& ignored : run_config_ignored()) {
      if (ignored.name.find('.') == std::string::npos)
        properties[ignored.name] = {{"description", "not used: " + ignored.why}};
    }
    root["properties"] = properties;
    link(root, "");
    // The host's own required keys are those of hooks and the like, which name their type at once.
    allow_delete(root);
    Json complete = Json::object();
    for (const char* key :
         {"model", "optimizer", "lr_config", "momentum_config", "custom_hooks", "mmcv_hooks"})
      link_key(complete, key, ".complete");
    Json data = Json::object();
    for (const char* key : {"train", "val", "test"}) link_key(data, key, ".complete");
    complete["data"]["properties"] = data;
    Json out{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "posehost config"}};
    for (const auto& [key, value] : root.items()) out[key] = value;
    out["if"] = {{"required", {"_base_"}}};
    out["else"] = {{"properties", complete}};
    out["$defs"] = definitions();
    return out;
  }

 private:
  struct Type {
    std::vector<std::string> names;
    Json schema;
  };

  void add_plugins(const PluginCatalog& catalog, const char* kind_id) {
    const std::string kind{short_kind(kind_id)};
    std::vector<std::string> taken;
    for (const auto& ref : catalog.components(kind_id)) {
      // The best tier has the bare name.
      std::vector<std::string> names{ref.qualified_name()};
      if (std::find(taken.begin(), taken.end(), ref.note->name) == taken.end()) {
        taken.push_back(ref.note->name);
        names.push_back(ref.note->name);
        for (const auto& alias : alias_names(kind)) {
          const auto stands_for = components_for_alias(kind, alias);
          if (stands_for.size() == 1 && stands_for[0] == ref.note->name) names.push_back(alias);
        }
      }
      types_[kind].push_back({names, Json::parse(ref.note->schema)});
      types_[kind].back().schema["description"] = ref.note->doc;
    }
  }
  void add(const std::string& kind, const std::string& name, Json schema) {
    types_[kind].push_back({{name}, std::move(schema)});
  }

  /// Puts the choice of a type under every key that has one.
  void link(Json& schema, const std::string& suffix) {
    if (!schema.is_object()) return;
    if (schema.contains("properties")) {
      for (const auto& [key, value] : schema["properties"].items()) {
        link(value, suffix);
        link_key(schema["properties"], key, suffix);
      }
    }
    if (schema.contains("items")) link(schema["items"], suffix);
  }
  void link_key(Json& properties, const std::string& key, const std::string& suffix) {
    for (const auto& slot : slots) {
      if (key != slot.key || types_.find(slot.kind) == types_.end()) continue;
      auto to = reference(slot.kind + suffix);
      if (!properties.contains(key)) properties[key] = Json::object();
      properties[key]["allOf"] = Json::array({slot.list ? Json{{"items", to}} : to});
    }
  }

  /// Arguments of a type with what else may stand beside them.
  Json arguments(const std::string& kind, const Type& type) {
    Json schema = type.schema;
    forget_required(schema);
    if (!schema.contains("properties")) schema["properties"] = Json::object();
    auto& properties = schema["properties"];
    properties[selector_of(kind)] = {{"type", "string"}};
    for (const char* key : host_keys(kind)) {
      if (!properties.contains(key)) properties[key] = {{"description", "read by the host"}};
    }
    if (kind == "schedule") {
      // Warm-up stands in the policy's section and is a schedule of its own.
      properties["warmup"] = {{"type", {"string", "null"}}, {"description", "kind of warm-up"}};
      properties["warmup_iters"] = {
          {"type", "integer"}, {"minimum", 1}, {"description", "length of the warm-up"}};
      properties["warmup_ratio"] = {
          {"type", "number"}, {"exclusiveMinimum", 0}, {"description", "where it begins"}};
      properties["warmup_by_epoch"] = {{"type", "boolean"}, {"description", "its length is in epochs"}};
      properties["type"] = {{"type", "string"}};  // mmcv's other spelling
    }
    link(schema, "");
    allow_delete(schema);
    return schema;
  }

  /// The arguments that have to be given, here and in what this type holds.
  Json demands(const Type& type) {
    Json schema = Json::object();
    if (type.schema.contains("required")) schema["required"] = type.schema["required"];
    Json properties = Json::object();
    const auto own = type.schema.value("properties", Json::object());
    for (const auto& [key, value] : own.items()) link_key(properties, key, ".complete");
    if (!properties.empty()) schema["properties"] = properties;
    return schema;
  }

  Json definitions() {
    Json all = Json::object();
    for (const auto& [kind, types] : types_) {
      const auto selector = selector_of(kind);
      Json names = Json::array(), arguments_of = Json::array(), demands_of = Json::array();
      for (const auto& type : types) {
        for (const auto& name : type.names) names.push_back(name);
        const auto definition = kind + "." + type.names.front();
        all[definition] = arguments(kind, type);
        const Json when{{"required", {selector}}, {"properties", {{selector, {{"enum", type.names}}}}}};
        arguments_of.push_back(
            {{"if", when}, {"then", {{"$ref", "#/$defs/" + pointer_escaped(definition)}}}});
        demands_of.push_back({{"if", when}, {"then", demands(type)}});
      }
      const bool closed = std::find(closed_.begin(), closed_.end(), kind) != closed_.end();
      // The open form still lets an editor offer the names.
      const Json choice =
          closed ? Json{{"enum", names}} : Json{{"anyOf", {{{"enum", names}}, {{"type", "string"}}}}};
      all[kind] = {{"properties", {{selector, choice}}}, {"allOf", arguments_of}};
      all[kind + ".complete"] = {{"allOf", demands_of}};
      if (closed) all[kind + ".complete"]["anyOf"] = {{{"type", "null"}}, {{"required", {selector}}}};
    }
    return all;
  }
  /// "org.acme.rules/Adam" within a reference.
  static std::string pointer_escaped(const std::string& name) {
    std::string out;
    for (const char c : name) out += c == '/' ? std::string{"~1"} : std::string(1, c);
    return out;
  }

  std::map<std::string, std::vector<Type>> types_;
  std::vector<std::string> closed_;
};

}  // namespace

std::string config_schema_text(const PluginCatalog& catalog, const KnownTypes& types) {
  return Maker{catalog, types}.make().dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ph
