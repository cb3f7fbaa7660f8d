// The descriptor that a loaded plugin returns, as far as it can be checked, and against its note.
#include <algorithm>
#include <string>
#include <utility>

#include "config/error.hpp"
#include "config/strict_json.hpp"
#include "plugin/negotiation.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

/// Turns the fields of one struct into checked strings.
class FieldReader {
 public:
  FieldReader(const std::filesystem::path& file, std::string what) : file_{file}, what_{std::move(what)} {}

  [[nodiscard]] Error refuse(std::string found, std::string expected) const {
    return Error(ErrorKind::plugin, file_.string() + ": malformed descriptor",
                 what_ + ": " + std::move(found), std::move(expected),
                 "build the plugin with the SDK's headers, which write the descriptor");
  }
  [[nodiscard]] std::string text(const char* field, ph_str value, std::int64_t limit) const {
    if (value.len < 0 || value.len > limit || (value.len > 0 && value.data == nullptr)) {
      throw refuse(std::string{field} + " with " +
                       (value.len > 0 && value.len <= limit ? "a NULL pointer"
                                                            : "length " + std::to_string(value.len)),
                   "text of at most " + std::to_string(limit) + " bytes");
    }
    std::string copy{value.data == nullptr ? "" : value.data, static_cast<std::size_t>(value.len)};
    if (!is_utf8(copy)) throw refuse(std::string{field} + " is no UTF-8", "UTF-8 text");
    return copy;
  }

 private:
  const std::filesystem::path& file_;
  std::string what_;
};

[[noreturn]] void throw_difference(const PluginNote& note, const std::string& what,
                                   const std::string& in_note, const std::string& in_descriptor) {
  throw Error(ErrorKind::plugin, note.file.string() + ": the note and the descriptor of the plugin differ",
              what + " \"" + printable(in_note, 120) + "\" in the note, \"" + printable(in_descriptor, 120) +
                  "\" in the descriptor",
              "the same in both", "build the plugin anew: the SDK's headers write both from one source");
}

void compare(const PluginNote& note, const char* what, const std::string& in_note,
             const std::string& in_descriptor) {
  if (in_note != in_descriptor) throw_difference(note, what, in_note, in_descriptor);
}

/// Both as values: white space and the order of members do not count.
bool same_schema(const std::string& in_note, const std::string& in_descriptor, const FieldReader& reader) {
  try {
    return parse_strict_json<nlohmann::json>(in_note) == parse_strict_json<nlohmann::json>(in_descriptor);
  } catch (const std::invalid_argument& error) {
    throw reader.refuse("the schema: " + printable(error.what(), 200), "a JSON Schema");
  }
}

LoadedComponent read_component(const ph_component* from, std::size_t index, const PluginNote& note) {
  const auto what = "component " + std::to_string(index);
  const FieldReader reader{note.file, what};
  if (from == nullptr) throw reader.refuse("a NULL pointer", "a ph_component");
  LoadedComponent out;
  out.component = copy_struct<ph_component>(from, what, note.file);
  out.kind = reader.text("kind", out.component.kind, 64);
  out.name = reader.text("name", out.component.name, 64);
  out.doc = reader.text("doc", out.component.doc, 1024);
  auto schema = reader.text("schema", out.component.schema, 1 << 20);
  if (out.component.create == nullptr) throw reader.refuse("create is NULL", "a function");
  if (out.component.api == nullptr) throw reader.refuse("api is NULL", "the table of its kind");

  const auto known = std::find_if(note.components.begin(), note.components.end(),
                                  [&](const auto& c) { return c.kind == out.kind && c.name == out.name; });
  if (known == note.components.end()) throw_difference(note, "component", "", out.kind + ":" + out.name);
  compare(note, ("doc of " + out.name).c_str(), known->doc, out.doc);
  if (!same_schema(known->schema, schema, reader)) {
    throw_difference(note, "schema of " + out.name, known->schema, schema);
  }
  out.schema = known->schema;
  out.plugin_id = note.id;
  out.plugin_version = note.version;
  out.file = note.file;
  return out;
}

ph_plugin read_plugin(const ph_plugin* descriptor, const PluginNote& note) {
  if (descriptor == nullptr) {
    throw Error(ErrorKind::plugin, note.file.string() + ": the plugin offers nothing",
                std::string{PH_ENTRY_SYMBOL} + "() returned NULL", "a descriptor");
  }
  const auto plugin = copy_struct<ph_plugin>(descriptor, "ph_plugin", note.file);
  const FieldReader reader{note.file, "ph_plugin"};
  if (plugin.components == nullptr) throw reader.refuse("components is NULL", "an array of components");
  if (plugin.n_components < 1 || plugin.n_components > 1024) {
    throw reader.refuse(std::to_string(plugin.n_components) + " components", "1 to 1024");
  }
  compare(note, "ABI version", abi_version(note.abi_major, note.abi_minor),
          abi_version(plugin.built_major, plugin.built_minor));
  compare(note, "min_host_minor", std::to_string(note.min_host_minor), std::to_string(plugin.min_host_minor));
  compare(note, "must_understand", std::to_string(note.must_understand),
          std::to_string(plugin.must_understand));
  compare(note, "id", note.id, reader.text("id", plugin.id, 128));
  compare(note, "version", note.version, reader.text("version", plugin.version, 64));
  compare(note, "license", note.license, reader.text("license", plugin.license, 256));
  compare(note, "author", note.author, reader.text("author", plugin.author, 256));
  compare(note, "libraries", note.libraries, reader.text("libraries", plugin.libraries, 4096));
  compare(note, "number of components", std::to_string(note.components.size()),
          std::to_string(plugin.n_components));
  return plugin;
}

}  // namespace

std::vector<LoadedComponent> read_descriptor(const ph_plugin* descriptor, const PluginNote& note) {
  const auto plugin = read_plugin(descriptor, note);
  std::vector<LoadedComponent> components;
  for (std::int64_t i = 0; i < plugin.n_components; ++i) {
    components.push_back(read_component(plugin.components[i], static_cast<std::size_t>(i), note));
    const auto& last = components.back();
    for (std::size_t j = 0; j + 1 < components.size(); ++j) {
      if (components[j].kind == last.kind && components[j].name == last.name) {
        throw_difference(note, "component", last.kind + ":" + last.name, "the same twice");
      }
    }
  }
  return components;
}

}  // namespace ph
