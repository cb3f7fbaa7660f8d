// A config as text: two spaces a level; lists and objects without containers in them on one line as
// long as they fit.
#include "config/document.hpp"
#include "config/load.hpp"

namespace ph {
namespace {

constexpr std::size_t width = 100;

/// What to show in place of the string at `pointer`; null where nothing is hidden.
const std::string* mask_of(const Places& places, const Json& json, const std::string& pointer) {
  const auto place = places.find(pointer);
  const bool hidden = place != places.end() && place->second.mask && json == place->second.mask->value;
  return hidden ? &place->second.mask->shown : nullptr;
}

std::string pointer_below(const Json& json, const Json::const_iterator& at, const std::string& pointer,
                          std::size_t index) {
  return json.is_object() ? child_pointer(pointer, at.key()) : child_pointer(pointer, index);
}

Json masked(const Places& places, const Json& json, const std::string& pointer) {
  if (!json.is_structured()) {
    const auto* shown = mask_of(places, json, pointer);
    return shown != nullptr ? Json(*shown) : json;
  }
  Json out = json;
  std::size_t index = 0;
  auto to = out.begin();
  for (auto at = json.begin(); at != json.end(); ++at, ++to, ++index) {
    *to = masked(places, *at, pointer_below(json, at, pointer, index));
  }
  return out;
}

const Places& places_of(const Node& node) {
  static const Places none;
  const Document* document = Document::of(node);
  return document != nullptr ? *document->places : none;
}

class Printer {
 public:
  Printer(const Places& places, bool mask) : places_{places}, mask_{mask} {}

  [[nodiscard]] std::string value(const Json& json, const std::string& pointer, std::size_t indent,
                                  std::size_t used) const {
    if (!json.is_structured()) return scalar(json, pointer);
    if (json.empty()) return json.is_array() ? "[]" : "{}";
    if (indent > 0) {
      const auto line = one_line(json, pointer);
      if (!line.empty() && used + line.size() <= width) return line;
    }
    const std::string margin(indent + 2, ' ');
    std::string text(1, json.is_array() ? '[' : '{');
    std::size_t index = 0;
    for (auto at = json.begin(); at != json.end(); ++at, ++index) {
      text += (index > 0 ? ",\n" : "\n") + margin;
      const std::string head = json.is_object() ? json_text(Json(at.key())) + ": " : std::string();
      text +=
          head + value(*at, pointer_below(json, at, pointer, index), indent + 2, margin.size() + head.size());
    }
    return text + "\n" + std::string(indent, ' ') + (json.is_array() ? "]" : "}");
  }

 private:
  [[nodiscard]] std::string scalar(const Json& json, const std::string& pointer) const {
    const auto* shown = mask_ ? mask_of(places_, json, pointer) : nullptr;
    return json_text(shown != nullptr ? Json(*shown) : json);
  }

  // Empty when there are objects in it, or lists in lists.
  [[nodiscard]] std::string one_line(const Json& json, const std::string& pointer) const {
    std::string text(1, json.is_array() ? '[' : '{');
    std::size_t index = 0;
    for (auto at = json.begin(); at != json.end(); ++at, ++index) {
      if (index > 0) text += ", ";
      if (json.is_object()) text += json_text(Json(at.key())) + ": ";
      const std::string inner = pointer_below(json, at, pointer, index);
      if (at->is_object() || (at->is_array() && json.is_array())) return {};
      text += at->is_array() ? (at->empty() ? "[]" : one_line(*at, inner)) : scalar(*at, inner);
      if (text.size() > width || (at->is_array() && text.back() != ']')) return {};
    }
    return text + (json.is_array() ? "]" : "}");
  }

  const Places& places_;
  const bool mask_;
};

}  // namespace

std::string pretty_config(const Node& config, bool mask_environment) {
  return Printer(places_of(config), mask_environment).value(config.json(), config.path(), 0, 0) + "\n";
}

Json masked_json(const Node& config) { return masked(places_of(config), config.json(), config.path()); }

}  // namespace ph
