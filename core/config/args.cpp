#include "config/args.hpp"

#include <charconv>
#include <cmath>
#include <mutex>
#include <set>

#include "config/document.hpp"
#include "log/log.hpp"

namespace ph {
namespace {

template <class T>
std::string shortest(T value) {
  if (!std::isfinite(value)) throw Error(ErrorKind::internal, "a default is not a finite number");
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return std::string(text, end);
}

template <class T>
Limits one_of_values(const std::vector<T>& values) {
  return {"\"enum\":" + Json(values).dump()};
}

bool has_type(const Json& schema, std::string_view name) {
  const auto type = schema.find("type");
  if (type == schema.end()) return false;
  if (type->is_string()) return type->get_ref<const std::string&>() == name;
  for (const auto& one : *type) {
    if (one == name) return true;
  }
  return false;
}

// The keyword belongs to single values, not to a list of them.
bool is_for_elements(std::string_view keyword) {
  return keyword == "enum" || keyword == "minimum" || keyword == "maximum" || keyword == "exclusiveMinimum" ||
         keyword == "exclusiveMaximum";
}

void add_limit(Json& schema, const std::string& keyword, const Json& value) {
  const bool is_list = has_type(schema, "array");
  if (is_list && is_for_elements(keyword)) {
    add_limit(schema["items"], keyword, value);
    const bool one_or_many =
        has_type(schema, "integer") || has_type(schema, "number") || has_type(schema, "string");
    if (!one_or_many) return;
  } else if (has_type(schema, "object") && schema.contains("additionalProperties") &&
             is_for_elements(keyword)) {
    if (schema["additionalProperties"].is_object()) add_limit(schema["additionalProperties"], keyword, value);
    return;
  }
  schema[keyword] = value;
  if (keyword == "enum" && has_type(schema, "null")) schema[keyword].push_back(nullptr);
}

}  // namespace

Limits at_least(double minimum) { return {"\"minimum\":" + shortest(minimum)}; }
Limits above(double exclusive_minimum) { return {"\"exclusiveMinimum\":" + shortest(exclusive_minimum)}; }
Limits range(double minimum, double maximum) {
  return {"\"minimum\":" + shortest(minimum) + ",\"maximum\":" + shortest(maximum)};
}
Limits one_of(const std::vector<std::string>& values) { return one_of_values(values); }
Limits one_of(const std::vector<std::int64_t>& values) { return one_of_values(values); }
Limits one_of(std::initializer_list<const char*> values) {
  return one_of_values(std::vector<std::string>(values.begin(), values.end()));
}
Limits one_of(std::initializer_list<std::int64_t> values) {
  return one_of_values(std::vector<std::int64_t>(values));
}
Limits length(std::size_t minimum, std::size_t maximum) {
  return {"\"minItems\":" + std::to_string(minimum) + ",\"maxItems\":" + std::to_string(maximum)};
}

namespace args_detail {

std::string string_text(std::string_view text) { return json_text(Json(text)); }
std::string number(double value) { return shortest(value); }
std::string number(float value) { return shortest(value); }

std::string object(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string text = "{";
  for (const auto& [name, value] : members) {
    if (text.size() > 1) text += ",";
    text += string_text(name) + ":" + value;
  }
  return text + "}";
}

std::string list(const std::vector<std::string>& elements) {
  std::string text = "[";
  for (const std::string& element : elements) {
    if (text.size() > 1) text += ",";
    text += element;
  }
  return text + "]";
}

std::string integer_schema(std::int64_t minimum, std::int64_t maximum) {
  Json schema = {{"type", "integer"}};
  // int64's own range needs no mention: the reader of the file refuses what is larger.
  if (minimum != INT64_MIN) schema["minimum"] = minimum;
  if (maximum != INT64_MAX) schema["maximum"] = maximum;
  return schema.dump();
}

std::string list_schema(const std::string& items, std::size_t minimum, std::size_t maximum) {
  Json schema = {{"type", "array"}, {"items", Json::parse(items)}};
  if (minimum > 0) schema["minItems"] = minimum;
  if (maximum != std::numeric_limits<std::size_t>::max()) schema["maxItems"] = maximum;
  return schema.dump();
}

std::string map_schema(const std::string& values) {
  return Json{{"type", "object"}, {"additionalProperties", Json::parse(values)}}.dump();
}

std::string nullable_schema(const std::string& schema) {
  Json json = Json::parse(schema);
  const auto type = json.find("type");
  if (type == json.end() || has_type(json, "null")) return schema;
  if (type->is_string()) *type = Json::array({*type});
  type->push_back("null");
  return json.dump();
}

std::string one_or_many_schema(const std::string& items) {
  Json json = Json::parse(items);
  const auto type = json.find("type");
  if (type == json.end()) return items;
  Json both = json;
  both["type"] = type->is_string() ? Json::array({*type}) : *type;
  both["type"].push_back("array");
  both["items"] = std::move(json);
  return both.dump();
}

std::string property(const std::string& schema, const Limits& limits, const std::string& default_json,
                     const std::string& doc) {
  Json json = Json::parse(schema);
  const Json keywords = Json::parse("{" + limits.keywords + "}");
  for (const auto& [keyword, value] : keywords.items()) add_limit(json, keyword, value);
  if (!default_json.empty()) json["default"] = Json::parse(default_json);
  if (!doc.empty()) json["description"] = doc;
  return json.dump();
}

std::string table_schema(const std::string& doc, const std::vector<PropertyText>& properties) {
  Json schema = {{"type", "object"}, {"description", doc}};
  schema["properties"] = Json::object();
  Json required = Json::array();
  for (const auto& property : properties) {
    schema["properties"][property.name] = Json::parse(property.schema);
    if (property.required) required.push_back(property.name);
  }
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema.dump();
}

Node checked(const Node& node, const std::string& schema, const std::string& doc) {
  return Schema::parse(schema, doc).check(node, {"type"});
}

void note_ignored(const Node& value, const std::string& name, const std::string& why) {
  static std::mutex mutex;
  static std::set<std::string> said;
  {
    const std::lock_guard lock(mutex);
    if (!said.insert(name + "\n" + why).second) return;
  }
  log_debug(value.where() + ": \"" + name + "\" is not used: " + why);
}

}  // namespace args_detail
}  // namespace ph
