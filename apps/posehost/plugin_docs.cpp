// Reference pages of components, from the schemas in their notes.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "config/node.hpp"
#include "plugin/catalog.hpp"
#include "plugin/text_rules.hpp"
#include "plugin_commands.hpp"

namespace {

using ph::Json;

struct Options {
  std::string name;
  std::vector<std::string> dirs;
  bool markdown = false;
};
Options options;

struct Row {
  std::string name, type, fallback, limits, doc;
};

std::string type_text(const Json& schema) {
  const auto type = schema.find("type");
  if (type == schema.end()) return schema.contains("enum") || schema.contains("oneOf") ? "choice" : "any";
  std::string text;
  if (type->is_string()) {
    text = type->get<std::string>();
  } else {
    for (const auto& one : *type) text += (text.empty() ? "" : " or ") + one.get<std::string>();
  }
  if (const auto items = schema.find("items"); items != schema.end()) text += " of " + type_text(*items);
  return text;
}

/// "at least 0, below 1; one of "a", "b"; 2 elements".
std::string limits_text(const Json& schema) {
  std::string text;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  const std::pair<const char*, const char*> words[] = {
      {"minimum", "at least "},       {"exclusiveMinimum", "above "}, {"maximum", "at most "},
      {"exclusiveMaximum", "below "}, {"minItems", "elements from "}, {"maxItems", "elements up to "}};
  for (const auto& [key, word] : words) {
    if (const auto limit = schema.find(key); limit != schema.end()) add(word + limit->dump());
  }
  std::string choices;
  for (const auto& choice : schema.value("enum", Json::array()))
    choices += (choices.empty() ? "" : ", ") + choice.dump();
  for (const auto& choice : schema.value("oneOf", Json::array()))
    choices += (choices.empty() ? "" : ", ") + choice.value("const", Json()).dump();
  if (!choices.empty()) add("one of " + choices);
  if (text.empty() && schema.contains("items")) return limits_text(schema["items"]);
  return text;
}

/// "hyper-parameter (lr), per group, schedulable": what schedules and parameter groups may do with it.
std::string role_text(const Json& schema) {
  const auto role = schema.find("x-role");
  if (role == schema.end()) return {};
  std::string text =
      " Hyper-parameter, role " + (role->is_string() ? role->get<std::string>() : role->dump());
  if (!schema.value("x-per-group", true)) text += ", not per group";
  if (!schema.value("x-schedulable", true)) text += ", not schedulable";
  return text + ".";
}

std::vector<Row> rows_of(const Json& schema, const std::string& prefix) {
  std::vector<Row> rows;
  const auto properties = schema.find("properties");
  if (properties == schema.end()) return rows;
  const auto required = schema.value("required", Json::array());
  for (const auto& [name, property] : properties->items()) {
    const bool must = std::find(required.begin(), required.end(), Json(name)) != required.end();
    auto doc = property.value("description", std::string{});
    if (const auto role = role_text(property); !role.empty()) doc += (doc.empty() ? "" : ".") + role;
    rows.push_back({prefix + name, type_text(property),
                    property.contains("default") ? property["default"].dump()
                    : must                       ? "required"
                                                 : "none",
                    limits_text(property), doc});
    for (auto& inner : rows_of(property, prefix + name + ".")) rows.push_back(std::move(inner));
  }
  return rows;
}

/// Text of a plugin inside a Markdown table.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '<' || c == '*' || c == '_' || c == '`') out += '\\';
    out += c;
  }
  return out.empty() ? " " : out;
}

void print_markdown(const ph::CatalogEntry& entry, const ph::ComponentNote& component,
                    const std::vector<Row>& rows) {
  std::cout << "## " << component.name << "\n\n"
            << cell(component.doc) << "\n\n"
            << ph::kind_title(component.kind) << " of `" << entry.note.id << "` " << entry.note.version
            << ", licence " << cell(entry.note.license) << ".\n\n";
  if (rows.empty()) {
    std::cout << "No arguments.\n\n";
    return;
  }
  std::cout << "| argument | type | default | limits | meaning |\n|---|---|---|---|---|\n";
  for (const auto& row : rows) {
    std::cout << "| `" << row.name << "` | " << cell(row.type) << " | " << cell(row.fallback) << " | "
              << cell(row.limits) << " | " << cell(row.doc) << " |\n";
  }
  std::cout << "\n";
}

void print_text(const ph::CatalogEntry& entry, const ph::ComponentNote& component,
                const std::vector<Row>& rows) {
  std::cout << component.name << ": " << component.doc << "\n  " << ph::kind_title(component.kind) << " of "
            << entry.note.id << " " << entry.note.version << ", licence " << entry.note.license << "\n\n";
  if (rows.empty()) std::cout << "  no arguments\n\n";
  for (const auto& row : rows) {
    std::cout << "  " << row.name << "  (" << row.type << ", "
              << (row.fallback == "required" ? row.fallback : "default " + row.fallback)
              << (row.limits.empty() ? "" : ", " + row.limits) << ")\n";
    if (!row.doc.empty()) std::cout << "      " << row.doc << "\n";
  }
  if (!rows.empty()) std::cout << "\n";
}

bool asks_for(const ph::CatalogEntry& entry, const ph::ComponentNote& component) {
  return options.name == component.name || options.name == entry.note.id ||
         options.name == entry.note.id + "/" + component.name;
}

int docs() {
  const auto catalog = ph::PluginCatalog::scan(ph::plugin_folders(options.dirs, nullptr));
  std::vector<std::string> known;
  bool found = false;
  for (const auto& entry : catalog.entries()) {
    if (entry.error) continue;
    known.push_back(entry.note.id);
    for (const auto& component : entry.note.components) {
      known.push_back(component.name);
      if (!asks_for(entry, component)) continue;
      found = true;
      const auto rows = rows_of(Json::parse(component.schema), "");
      if (options.markdown) {
        print_markdown(entry, component, rows);
      } else {
        print_text(entry, component, rows);
      }
    }
  }
  if (found) return 0;
  throw ph::Error(ph::ErrorKind::plugin,
                  "plugin docs: there is no plugin or component \"" + options.name + "\"", {},
                  "a plugin id, a component, or id/Component",
                  ph::did_you_mean(options.name, known, "posehost plugin list"));
}

}  // namespace

void add_plugin_docs(CLI::App& plugin, Action& action) {
  auto* command = plugin.add_subcommand(
      "docs", "The reference of a component, or of all of a plugin; runs none of its code");
  command->add_option("name", options.name, "A component, a plugin id, or id/Component")->required();
  command->add_option("--plugin-dir", options.dirs, "Look here first")
      ->type_name("DIR")
      ->expected(1)
      ->allow_extra_args(false);
  command->add_flag("--markdown", options.markdown, "As Markdown");
  command->footer(
      "Examples:\n"
      "  posehost plugin docs AdamW\n"
      "  posehost plugin docs org.posehost.schedules --markdown > schedules.md");
  command->callback([&action] { action = docs; });
}
