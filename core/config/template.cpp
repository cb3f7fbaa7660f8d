#include "config/template.hpp"

#include <cstdlib>
#include <vector>

#include "config/override.hpp"

namespace ph {
namespace {

namespace fs = std::filesystem;

constexpr char bare_mark = '\x01';

/// The end of the string literal or comment that begins at `at`, or `at` when none does.
std::size_t skip_opaque(std::string_view text, std::size_t at) {
  const auto until = [&](std::string_view end, std::size_t from) {
    const auto found = text.find(end, from);
    return found == std::string_view::npos ? text.size() : found + end.size();
  };
  if (text.substr(at, 2) == "//") return until("\n", at);
  if (text.substr(at, 2) == "/*") return until("*/", at + 2);
  if (text[at] != '"') return at;
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"' || text[at] == '\n') {
      return at + 1;
    }
  }
  return text.size();
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

const std::vector<std::string> file_names = {"fileDirname", "fileBasename", "fileBasenameNoExtension",
                                             "fileExtname"};

class Expander {
 public:
  Expander(ParsedText& document, const fs::path& file, const ParsedText& bases)
      : document_{document}, file_{fs::absolute(file).lexically_normal()}, bases_{bases} {}

  void value(Json& json, const std::string& pointer) {
    if (json.is_string()) return string(json, pointer);
    if (!json.is_structured()) return;
    std::size_t index = 0;
    for (auto at = json.begin(); at != json.end(); ++at, ++index) {
      value(*at, json.is_object() ? child_pointer(pointer, at.key()) : child_pointer(pointer, index));
    }
  }

 private:
  void string(Json& json, const std::string& pointer) {
    const auto text = json.get<std::string>();
    if (text.find("{{") == std::string::npos) return;
    if (whole_base_value(json, text, pointer)) return;
    std::string expanded, masked;
    bool from_environment = false;
    for (std::size_t at = 0; at < text.size();) {
      const auto open = text.find("{{", at);
      const auto close = open == std::string::npos ? open : text.find("}}", open);
      if (close == std::string::npos) {
        expanded += text.substr(at);
        masked += text.substr(at);
        break;
      }
      expanded += text.substr(at, open - at);
      masked += text.substr(at, open - at);
      const auto inner = trim(std::string_view(text).substr(open + 2, close - open - 2));
      const auto [piece, name] = expand(inner, pointer);
      expanded += piece;
      masked += name.empty() ? piece : "{{$" + name + "}}";
      from_environment = from_environment || !name.empty();
      at = close + 2;
    }
    store(json, pointer, expanded, from_environment ? std::optional(masked) : std::nullopt);
  }

  void store(Json& json, const std::string& pointer, const std::string& text,
             std::optional<std::string> masked) {
    Place* place = own_place(pointer);
    json = text;
    if (place == nullptr) return;
    if (place->bare_template) {
      const Json parsed = Json::parse(text, nullptr, false);
      if (!parsed.is_discarded()) json = parsed;
      place->bare_template = false;
    }
    // A number is no secret, and the masked text would not be one when the saved config is read again.
    if (json.is_string() && masked) place->mask = Mask{text, std::move(*masked)};
  }

  Place* own_place(const std::string& pointer) {
    const auto found = document_.places.find(pointer);
    return found == document_.places.end() ? nullptr : &found->second;
  }

  Error error(const std::string& pointer, const std::string& problem, const std::string& found,
              const std::string& expected, const std::string& advice) const {
    return Error(ErrorKind::config,
                 place_text(find_place(document_.places, pointer), {}, pointer) + ": " + problem, found,
                 expected, advice);
  }

  /// The text for one {{…}}, and the name of the environment variable it came from, if it did.
  std::pair<std::string, std::string> expand(std::string_view inner, const std::string& pointer) const {
    if (inner.substr(0, 1) == "$") return from_environment(inner.substr(1), pointer);
    if (inner.substr(0, 7) == "_base_.") {
      const Json& json = *base_value(inner, pointer).first;
      if (json.is_structured()) {
        throw error(pointer, "a list or object within a string", describe(json),
                    "{{" + std::string(inner) + "}} as the whole value", {});
      }
      return {json.is_string() ? json.get<std::string>() : json_text(json), {}};
    }
    if (inner == "fileDirname") return {file_.parent_path().string(), {}};
    if (inner == "fileBasename") return {file_.filename().string(), {}};
    if (inner == "fileBasenameNoExtension") return {file_.stem().string(), {}};
    if (inner == "fileExtname") return {file_.extension().string(), {}};
    throw error(
        pointer, "unknown template", "{{" + std::string(inner) + "}}",
        "{{fileDirname}}, {{fileBasename}}, {{fileBasenameNoExtension}}, {{fileExtname}}, {{$NAME:default}} "
        "or {{_base_.key}}",
        did_you_mean(inner, file_names));
  }

  std::pair<std::string, std::string> from_environment(std::string_view inner,
                                                       const std::string& pointer) const {
    const auto colon = inner.find(':');
    const std::string name(trim(inner.substr(0, colon)));
    if (const char* value = std::getenv(name.c_str())) return {value, name};
    if (colon != std::string_view::npos) return {std::string(trim(inner.substr(colon + 1))), {}};
    throw error(pointer, "the environment variable " + name + " is not set", "{{$" + name + "}}",
                name + " in the environment, or a default: {{$" + name + ":default}}",
                "export " + name + "=…");
  }

  /// "{{_base_.a.b}}" as the whole value: takes the value, of whatever type, and its places.
  bool whole_base_value(Json& json, const std::string& text, const std::string& pointer) {
    const auto all = trim(text);
    if (all.size() < 4 || all.substr(0, 2) != "{{" || all.find("}}") != all.size() - 2) return false;
    const auto inner = trim(all.substr(2, all.size() - 4));
    if (inner.substr(0, 7) != "_base_.") return false;
    const auto [found, from] = base_value(inner, pointer);
    json = *found;
    erase_places(document_.places, pointer);
    copy_places(bases_.places, from, document_.places, pointer);
    return true;
  }

  std::pair<const Json*, std::string> base_value(std::string_view inner, const std::string& pointer) const {
    const Json* json = &bases_.value;
    std::string from;
    for (const std::string& key : split_key(inner.substr(7))) {
      if (!json->is_object() || !json->contains(key)) {
        std::vector<std::string> known;
        if (json->is_object()) {
          for (const auto& [name, member] : json->items()) known.push_back(name);
        }
        throw error(pointer, "there is no such value in the _base_ files", "{{" + std::string(inner) + "}}",
                    "a key of the _base_ files", did_you_mean(key, known));
      }
      json = &(*json)[key];
      from = child_pointer(from, key);
    }
    return {json, from};
  }

  ParsedText& document_;
  const fs::path file_;
  const ParsedText& bases_;
};

}  // namespace

bool is_bare_template(std::string_view string) noexcept {
  return string.size() > 2 && string[0] == bare_mark && string.substr(1, 2) == "{{";
}

std::string quote_bare_templates(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const auto end = skip_opaque(text, at); end > at) {
      out += text.substr(at, end - at);
      at = end;
      continue;
    }
    const auto close = text.substr(at, 2) == "{{" ? text.find("}}", at) : std::string_view::npos;
    const auto whole = text.substr(at, close == std::string_view::npos ? 0 : close + 2 - at);
    if (whole.empty() || whole.find('\n') != std::string_view::npos ||
        whole.find('"') != std::string_view::npos) {
      out += text[at++];
      continue;
    }
    std::string literal = json_text(Json(std::string(1, bare_mark) + std::string(whole)));
    out += literal;
    at += whole.size();
  }
  return out;
}

void expand_templates(ParsedText& document, const fs::path& file, const ParsedText& bases) {
  Expander(document, file, bases).value(document.value, "");
}

}  // namespace ph
