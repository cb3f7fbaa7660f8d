#include "config/schema_check.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "config/document.hpp"

namespace ph {
namespace {

bool is_type(const Json& value, const std::string& name) {
  if (name == "null") return value.is_null();
  if (name == "boolean") return value.is_boolean();
  if (name == "integer") return is_whole(value);
  if (name == "number") return value.is_number();
  if (name == "string") return value.is_string();
  if (name == "array") return value.is_array();
  return value.is_object();
}

std::string type_name(const std::string& name) {
  if (name == "boolean") return "true or false";
  if (name == "integer") return "an integer";
  if (name == "array") return "a list";
  if (name == "object") return "an object";
  return name == "null" ? "null" : "a " + name;
}

std::string joined(const std::vector<std::string>& parts, const std::string& last) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? last : ", ";
    text += parts[i];
  }
  return text;
}

std::string number_text(const Json& number) { return json_text(number); }

// The range of a 32-bit integer is there for safety; it says nothing beside a limit that means something.
bool is_int32_limit(const Json& number) {
  return number == std::int64_t{INT32_MAX} || number == std::int64_t{INT32_MIN};
}

// "0 to 1", "at least 1", "above 0 and at most 1". `all`: with the limits of 32-bit integers.
std::optional<std::string> range_text(const Json& schema, bool all) {
  const auto get = [&](const char* key) {
    const bool there = schema.contains(key) && (all || !is_int32_limit(schema[key]));
    return there ? &schema[key] : nullptr;
  };
  const Json* minimum = get("minimum");
  const Json* maximum = get("maximum");
  const Json* above = get("exclusiveMinimum");
  const Json* below = get("exclusiveMaximum");
  if (minimum != nullptr && maximum != nullptr && above == nullptr && below == nullptr) {
    return number_text(*minimum) + " to " + number_text(*maximum);
  }
  std::vector<std::string> parts;
  if (minimum != nullptr) parts.push_back("at least " + number_text(*minimum));
  if (above != nullptr) parts.push_back("above " + number_text(*above));
  if (maximum != nullptr) parts.push_back("at most " + number_text(*maximum));
  if (below != nullptr) parts.push_back("below " + number_text(*below));
  if (parts.empty()) return std::nullopt;
  return joined(parts, " and ");
}

// -1, 0, 1. Integers are compared as such: a double would make neighbours above 2^53 equal.
int compare(const Json& a, const Json& b) {
  if (a.is_number_integer() && b.is_number_integer() && is_whole(a) && is_whole(b)) {
    const auto x = a.get<std::int64_t>(), y = b.get<std::int64_t>();
    return x < y ? -1 : x > y;
  }
  const auto x = a.get<double>(), y = b.get<double>();
  return x < y ? -1 : x > y;
}

bool equal(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return compare(a, b) == 0;
  return a == b;
}

class Checker {
 public:
  Json check(const Json& schema, const Node& value, const std::vector<std::string>& ignore) const {
    type(schema, value);
    choice(schema, value);
    if (value.is_number()) numeric_range(schema, value);
    if (value.is_array()) return elements(schema, value);
    if (value.is_object()) return members(schema, value, ignore);
    return value.json();
  }

 private:
  static std::vector<std::string> type_names(const Json& schema) {
    const auto type = schema.find("type");
    if (type == schema.end()) return {};
    if (type->is_string()) return {type->get<std::string>()};
    return type->get<std::vector<std::string>>();
  }

  void type(const Json& schema, const Node& value) const {
    const auto names = type_names(schema);
    if (names.empty()) return;
    for (const auto& name : names) {
      if (is_type(value.json(), name)) return;
    }
    std::vector<std::string> texts;
    for (const auto& name : names) {
      if (name == "array" && schema.contains("items")) {
        const auto inner = type_names(schema["items"]);
        texts.push_back("a list" + (inner.size() == 1 ? " of " + plural(inner[0]) : ""));
      } else {
        texts.push_back(type_name(name));
      }
    }
    std::string advice;
    const Json& json = value.json();
    const bool wants_number = std::any_of(
        names.begin(), names.end(), [](const auto& name) { return name == "number" || name == "integer"; });
    if (json.is_string() && wants_number && is_number_text(json.get_ref<const std::string&>())) {
      advice = "leave out the quotes: " + json.get<std::string>();
    }
    throw value.error("wrong type", joined(texts, " or ") + hint(schema, names.size() == 1), advice);
  }

  static std::string plural(const std::string& name) {
    if (name == "boolean") return "true or false";
    if (name == "array") return "lists";
    return name == "null" ? "null" : name + "s";
  }

  static bool is_number_text(const std::string& text) {
    const Json parsed = Json::parse(text, nullptr, false);
    return parsed.is_number();
  }

  // What the values of an enum or a range are, for a message about the type.
  static std::string hint(const Json& schema, bool one_type) {
    if (const auto range = range_text(schema, false)) return ", " + *range;
    if (!one_type || !schema.contains("enum")) return {};
    std::vector<std::string> texts;
    for (const auto& one : schema["enum"]) texts.push_back(json_text(one));
    return ": " + joined(texts, " or ");
  }

  // enum, const, oneOf. An enum does not judge a list that has `items`: they do (a value or a list of
  // such values).
  void choice(const Json& schema, const Node& value) const {
    if (const auto one = schema.find("const"); one != schema.end() && !equal(*one, value.json())) {
      throw value.error("wrong value", json_text(*one));
    }
    std::vector<Json> allowed;
    if (const auto list = schema.find("enum");
        list != schema.end() && !(value.is_array() && schema.contains("items"))) {
      allowed.assign(list->begin(), list->end());
    }
    if (const auto list = schema.find("oneOf"); list != schema.end()) {
      for (const auto& one : *list) allowed.push_back(one["const"]);
    }
    if (allowed.empty()) return;
    std::vector<std::string> texts, names;
    for (const auto& one : allowed) {
      if (equal(one, value.json())) return;
      texts.push_back(json_text(one));
      if (one.is_string()) names.push_back(one.get<std::string>());
    }
    const std::string advice = value.is_string() ? did_you_mean(value.string(), names) : std::string();
    throw value.error("not one of the choices", joined(texts, " or "), advice);
  }

  void numeric_range(const Json& schema, const Node& value) const {
    const auto breaks = [&](const char* key, auto&& wrong) {
      const auto limit = schema.find(key);
      return limit != schema.end() && wrong(compare(value.json(), *limit));
    };
    if (breaks("minimum", [](int order) { return order < 0; }) ||
        breaks("maximum", [](int order) { return order > 0; }) ||
        breaks("exclusiveMinimum", [](int order) { return order <= 0; }) ||
        breaks("exclusiveMaximum", [](int order) { return order >= 0; })) {
      const auto shown = std::abs(value.f64()) > INT32_MAX ? std::nullopt : range_text(schema, false);
      throw value.error("out of range", shown ? *shown : *range_text(schema, true));
    }
  }

  Json elements(const Json& schema, const Node& value) const {
    const auto minimum = schema.value("minItems", std::int64_t{0});
    const auto maximum = schema.value("maxItems", std::int64_t{INT64_MAX});
    const auto size = static_cast<std::int64_t>(value.size());
    if (size < minimum || size > maximum) throw value.error("wrong length", length_text(minimum, maximum));
    const auto items = schema.find("items");
    if (items == schema.end()) return value.json();
    Json result = Json::array();
    for (const Node& element : value.elements()) result.push_back(check(*items, element, {}));
    return result;
  }

  static std::string length_text(std::int64_t minimum, std::int64_t maximum) {
    if (minimum == maximum) return std::to_string(minimum) + (minimum == 1 ? " element" : " elements");
    if (maximum == INT64_MAX)
      return "at least " + std::to_string(minimum) + (minimum == 1 ? " element" : " elements");
    return std::to_string(minimum) + " to " + std::to_string(maximum) + " elements";
  }

  Json members(const Json& schema, const Node& value, const std::vector<std::string>& ignore) const {
    static const Json none = Json::object();
    const Json& properties = schema.contains("properties") ? schema["properties"] : none;
    const auto additional = schema.find("additionalProperties");
    Json result = Json::object();
    for (const std::string& key : value.keys()) {
      const Node member = value.at(key);
      if (const auto property = properties.find(key); property != properties.end()) {
        result[key] = check(*property, member, {});
      } else if (additional != schema.end() && additional->is_object()) {
        result[key] = check(*additional, member, {});
      } else if (additional == schema.end() || std::find(ignore.begin(), ignore.end(), key) != ignore.end()) {
        result[key] = member.json();
      } else {
        throw unknown_key(key, member, properties);
      }
    }
    required(schema, value, properties);
    for (const auto& [key, property] : properties.items()) {
      if (result.contains(key) || !property.contains("default")) continue;
      // Through check() again: a default object gets the defaults of its own properties.
      result[key] = check(property, value.with({{key, property["default"]}}).at(key), {});
    }
    return result;
  }

  static Error unknown_key(const std::string& key, const Node& member, const Json& properties) {
    std::vector<std::string> known;
    for (const auto& [name, property] : properties.items()) known.push_back(name);
    const std::string expected = known.empty() ? "no keys" : "one of " + joined(known, ", ");
    const Error at = member.error("");
    return Error(ErrorKind::config, member.where() + ": unknown key",
                 json_text(Json(key)) + ": " + at.found(), expected,
                 did_you_mean(key, known, "leave it out"));
  }

  static void required(const Json& schema, const Node& value, const Json& properties) {
    const auto names = schema.find("required");
    if (names == schema.end()) return;
    for (const auto& name : *names) {
      const auto key = name.get<std::string>();
      if (value.json().contains(key)) continue;
      const Json& property = properties[key];
      std::string expected = json_text(Json(key)) + ": ";
      std::vector<std::string> texts;
      for (const auto& type : type_names(property)) texts.push_back(type_name(type));
      expected += texts.empty() ? "a value" : joined(texts, " or ");
      if (const auto range = range_text(property, false)) expected += ", " + *range;
      if (const auto text = property.find("description"); text != property.end()) {
        expected += " (" + text->get<std::string>() + ")";
      }
      throw value.error(json_text(Json(key)) + " is missing", expected);
    }
  }
};

}  // namespace

Json check_value(const Json& schema, const Node& value, const std::vector<std::string>& ignore) {
  return Checker().check(schema, value, ignore);
}

}  // namespace ph
