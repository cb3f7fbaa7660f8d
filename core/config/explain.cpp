#include "config/explain.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/document.hpp"
#include "config/load.hpp"
#include "config/override.hpp"
#include "config/run_config.hpp"

namespace ph {
namespace {

/// The host's schema of what stands at `keys`; null where a component decides.
const Json* schema_at(const std::vector<std::string>& keys) {
  static const Json root = Json::parse(run_schema_text());
  const Json* schema = &root;
  for (const auto& key : keys) {
    const auto properties = schema->find("properties");
    if (properties != schema->end() && properties->contains(key)) {
      schema = &(*properties)[key];
    } else if (const auto items = schema->find("items"); items != schema->end() && items->is_object()) {
      schema = &*items;
    } else {
      return nullptr;
    }
  }
  return schema;
}

const Json* child(const Json& json, const std::string& key) {
  if (json.is_object()) {
    const auto found = json.find(key);
    return found == json.end() ? nullptr : &*found;
  }
  const bool index = json.is_array() && !key.empty() && key.size() < 9 &&
                     key.find_first_not_of("0123456789") == std::string::npos;
  return index && std::stoul(key) < json.size() ? &json[std::stoul(key)] : nullptr;
}

const Json* value_at(const Json& json, const std::vector<std::string>& keys) {
  const Json* at = &json;
  for (const auto& key : keys) {
    if (at == nullptr) break;
    at = child(*at, key);
  }
  return at;
}

std::string pointer_of(const std::vector<std::string>& keys) {
  std::string pointer;
  for (const auto& key : keys) pointer = child_pointer(pointer, key);
  return pointer;
}

class Explainer {
 public:
  Explainer(const Node& loaded, const Node& checked)
      : loaded_{loaded}, places_{*Document::of(loaded)->places}, shown_(masked_json(checked)) {}

  void value(const Json& json, std::vector<std::string>& keys) {
    const auto is_leaf = [](const Json& part) { return !part.is_structured() || part.empty(); };
    if (is_leaf(json) || (json.is_array() && std::all_of(json.begin(), json.end(), is_leaf))) {
      origins_.push_back(origin(keys));
      return;
    }
    std::size_t index = 0;
    for (auto at = json.begin(); at != json.end(); ++at, ++index) {
      keys.push_back(json.is_object() ? at.key() : std::to_string(index));
      value(*at, keys);
      keys.pop_back();
    }
  }
  std::vector<ValueOrigin> take() { return std::move(origins_); }

 private:
  ValueOrigin origin(const std::vector<std::string>& keys) const {
    const auto pointer = pointer_of(keys);
    ValueOrigin origin{pointer, json_text(*value_at(shown_, keys)), "default", "the host", 0, {}};
    if (const auto* schema = schema_at(keys)) origin.doc = schema->value("description", std::string{});
    if (value_at(loaded_.json(), keys) == nullptr) return origin;
    const auto* place = find_place(places_, pointer);
    if (place == nullptr || !place->source) return origin;
    origin.source = *place->source;
    origin.line = place->line;
    const auto own = places_.find(pointer);
    const bool hidden = own != places_.end() && own->second.mask;
    origin.kind = origin.source.compare(0, 2, "--") == 0 ? "command line" : hidden ? "environment" : "file";
    return origin;
  }

  const Node& loaded_;
  const Places& places_;
  const Json shown_;
  std::vector<ValueOrigin> origins_;
};

/// Names that could have been meant in place of the first key that is not there.
[[noreturn]] void throw_unknown(const Json& json, const std::vector<std::string>& keys,
                                std::string_view asked) {
  std::vector<std::string> there, known;
  const Json* at = &json;
  for (const auto& key : keys) {
    const auto* next = child(*at, key);
    if (next == nullptr) {
      if (at->is_object()) {
        for (const auto& [name, member] : at->items()) known.push_back(name);
      }
      if (const auto* schema = schema_at(there); schema != nullptr && schema->contains("properties")) {
        for (const auto& [name, member] : (*schema)["properties"].items()) known.push_back(name);
      }
      throw Error(ErrorKind::config, "--explain " + std::string{asked} + ": there is no such value",
                  "no \"" + key + "\" in " + (there.empty() ? std::string{"the config"} : pointer_of(there)),
                  "a key of the config, or one that the host knows", did_you_mean(key, known));
    }
    there.push_back(key);
    at = next;
  }
  throw Error(ErrorKind::internal, "--explain: a key that is there was not found");
}

}  // namespace

std::vector<ValueOrigin> explain_config(const Node& loaded, const Node& checked, std::string_view key) {
  auto keys = key.empty() || key == "/" ? std::vector<std::string>{} : split_key(key);
  if (const auto* value = value_at(checked.json(), keys)) {
    Explainer explainer{loaded, checked};
    explainer.value(*value, keys);
    return explainer.take();
  }
  const auto* schema = schema_at(keys);
  if (schema == nullptr) throw_unknown(checked.json(), keys, key);
  return {{pointer_of(keys), {}, "not set", {}, 0, schema->value("description", std::string{})}};
}

}  // namespace ph
