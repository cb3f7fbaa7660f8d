#include "plugin/note.hpp"

#include <posehost/abi.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "config/error.hpp"
#include "config/strict_json.hpp"
#include "plugin/elf_notes.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

using OrderedJson = nlohmann::ordered_json;

/// Reads the members of one note; every complaint names file and member.
class NoteObject {
 public:
  NoteObject(const std::filesystem::path& file, const std::string& text) : file_{file} {
    try {
      json_ = parse_strict_json<OrderedJson>(text);
    } catch (const std::invalid_argument& error) {
      throw malformed(printable(error.what(), 300), "JSON text as abi.h describes it");
    }
    if (!json_.is_object()) throw malformed("JSON that is no object", "an object");
  }

  [[nodiscard]] Error malformed(std::string found, std::string expected) const {
    return Error(ErrorKind::plugin, file_.string() + ": malformed posehost note", std::move(found),
                 std::move(expected), "build the plugin with the SDK's headers, which write the note");
  }
  [[nodiscard]] const OrderedJson& member(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end())
      throw malformed("no \"" + std::string{key} + "\"", "every member that abi.h lists");
    return *found;
  }
  [[nodiscard]] std::string text(const char* key, std::size_t limit) const {
    const auto& value = member(key);
    if (!value.is_string() || !is_line(value.get_ref<const std::string&>(), limit)) {
      throw malformed(quote(key, value), "one line of text, at most " + std::to_string(limit) + " bytes");
    }
    return value.get<std::string>();
  }
  [[nodiscard]] std::string checked(const char* key, bool (*valid)(std::string_view),
                                    const char* expected) const {
    const auto value = text(key, 128);
    if (!valid(value)) throw malformed(quote(key, member(key)), expected);
    return value;
  }
  [[nodiscard]] std::uint64_t number(const char* key) const { return unsigned_of(key, member(key)); }
  [[nodiscard]] std::uint64_t unsigned_of(const char* key, const OrderedJson& value) const {
    if (!value.is_number_unsigned()) throw malformed(quote(key, value), "a whole number from 0");
    return value.get<std::uint64_t>();
  }
  [[nodiscard]] std::uint32_t version_number(const char* key, const OrderedJson& value) const {
    const auto number = unsigned_of(key, value);
    if (number > 9999) throw malformed(quote(key, value), "a version number up to 9999");
    return static_cast<std::uint32_t>(number);
  }
  /// A newer header may write more members; one of our age that does is damaged.
  void only(std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : json_.items()) {
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        throw malformed("an unknown member \"" + printable(key, 80) + "\"", "the members that abi.h lists");
      }
    }
  }

 private:
  static std::string quote(const char* key, const OrderedJson& value) {
    return "\"" + std::string{key} +
           "\": " + printable(value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace), 200);
  }
  const std::filesystem::path& file_;
  OrderedJson json_;
};

void read_version(const NoteObject& object, PluginNote& note) {
  const auto& abi = object.member("abi");
  if (!abi.is_array() || abi.size() != 2)
    throw object.malformed("\"abi\": " + printable(abi.dump(), 80), "[major, minor]");
  note.abi_major = object.version_number("abi", abi[0]);
  note.abi_minor = object.version_number("abi", abi[1]);
}

/// How many notes of components the plugin's note promises.
std::uint64_t read_plugin(const NoteObject& object, PluginNote& note) {
  note.min_host_minor = object.version_number("min_host_minor", object.member("min_host_minor"));
  note.must_understand = object.number("must_understand");
  note.id =
      object.checked("id", is_plugin_id, "a reverse-DNS id such as com.acme.optimizers, at most 128 bytes");
  note.version = object.checked("version", is_version, "a version such as 1.2.3");
  note.license = object.text("license", 256);
  note.author = object.text("author", 256);
  note.libraries = object.text("libraries", 4096);
  if (note.abi_minor <= PH_ABI_MINOR) {
    object.only({"abi", "min_host_minor", "must_understand", "id", "version", "license", "author",
                 "libraries", "components"});
  }
  const auto promised = object.number("components");
  if (promised < 1 || promised > 1024) {
    throw object.malformed("\"components\": " + std::to_string(promised), "1 to 1024 components");
  }
  return promised;
}

ComponentNote read_component(const NoteObject& object, bool newer) {
  ComponentNote component;
  component.kind = object.checked("kind", is_kind_id, "a kind such as posehost.optimizer/0");
  component.name =
      object.checked("name", is_component_name, "a name of letters, digits and _, at most 64 bytes");
  component.doc = object.text("doc", 1024);
  const auto& schema = object.member("schema");
  if (!schema.is_object()) throw object.malformed("a schema that is no object", "a JSON Schema");
  component.schema = schema.dump();
  if (!newer) object.only({"kind", "name", "doc", "schema"});
  return component;
}

/// A file that was linked from the wrong objects has a note too few or too many.
void match(const NoteObject& plugin, std::uint64_t promised, const std::vector<ComponentNote>& found) {
  for (auto at = found.begin(); at != found.end(); ++at) {
    const auto same = [&](const ComponentNote& c) { return c.kind == at->kind && c.name == at->name; };
    if (std::any_of(found.begin(), at, same)) {
      throw plugin.malformed("the component " + at->kind + ":" + at->name + " twice", "each component once");
    }
  }
  if (found.size() != promised) {
    throw plugin.malformed(std::to_string(found.size()) +
                               " notes of components, where the plugin's note says " +
                               std::to_string(promised),
                           "one note for each component");
  }
}

}  // namespace

std::vector<std::string> ComponentNote::arguments() const {
  std::vector<std::string> names;
  const auto json = OrderedJson::parse(schema);
  if (const auto properties = json.find("properties"); properties != json.end()) {
    for (const auto& [key, value] : properties->items()) names.push_back(key);
  }
  return names;
}

PluginNote read_note(const std::filesystem::path& file) {
  const auto notes = read_elf_notes(file, PH_NOTE_OWNER, ".note.posehost");
  const auto is_plugin = [](const ElfNote& note) { return note.type == PH_NOTE_PLUGIN; };
  const auto count = std::count_if(notes.begin(), notes.end(), is_plugin);
  if (count != 1) {
    throw Error(ErrorKind::plugin, file.string() + ": malformed posehost note",
                std::to_string(count) + " notes that describe a plugin", "one",
                count > 1 ? "link only one plugin into a file" : "build the plugin with the SDK's headers");
  }
  PluginNote note;
  note.file = file;
  const NoteObject plugin{file, std::find_if(notes.begin(), notes.end(), is_plugin)->content};
  read_version(plugin, note);
  // What the note of another major version looks like is not ours to say.
  if (note.abi_major != PH_ABI_MAJOR) return note;
  const auto promised = read_plugin(plugin, note);
  for (const auto& item : notes) {
    if (item.type != PH_NOTE_COMPONENT) continue;
    if (note.components.size() == 1024)
      throw plugin.malformed("more than 1024 notes of components", "at most 1024");
    note.components.push_back(read_component(NoteObject{file, item.content}, note.abi_minor > PH_ABI_MINOR));
  }
  match(plugin, promised, note.components);
  return note;
}

}  // namespace ph
