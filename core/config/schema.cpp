#include "config/schema.hpp"

#include <array>
#include <cmath>

#include "config/document.hpp"
#include "config/schema_check.hpp"

namespace ph {
namespace {

constexpr int max_depth = 32;
constexpr std::size_t max_text = 1 << 20;

const std::vector<std::string> keywords = {"type",
                                           "properties",
                                           "required",
                                           "additionalProperties",
                                           "items",
                                           "enum",
                                           "const",
                                           "oneOf",
                                           "minimum",
                                           "maximum",
                                           "exclusiveMinimum",
                                           "exclusiveMaximum",
                                           "minItems",
                                           "maxItems",
                                           "default",
                                           "description",
                                           "x-role",
                                           "x-per-group",
                                           "x-schedulable"};
const std::vector<std::string> types = {"null", "boolean", "integer", "number", "string", "array", "object"};

// Walks a schema once and refuses whatever check() would not understand.
class DialectCheck {
 public:
  explicit DialectCheck(const std::string& label) : label_{label} {}

  void schema(const Json& json, const std::string& path, int depth) const {
    if (depth > max_depth)
      refuse(path, "nested too deep", "at most " + std::to_string(max_depth) + " levels");
    if (!json.is_object()) refuse(path, "a schema is an object", "{…}", json);
    for (const auto& [keyword, value] : json.items())
      one(keyword, value, child_pointer(path, keyword), depth);
    const auto properties = json.find("properties");
    if (const auto required = json.find("required"); required != json.end()) {
      for (const auto& name : *required) {
        if (properties == json.end() || !properties->contains(name.get<std::string>())) {
          refuse(path + "/required", "names a property that is not there", {}, name);
        }
      }
    }
    if (const auto value = json.find("default"); value != json.end()) default_value(json, *value, path);
  }

 private:
  [[noreturn]] void refuse(const std::string& path, const std::string& problem, const std::string& expected,
                           const Json& found = Json::value_t::discarded,
                           const std::string& advice = {}) const {
    throw Error(ErrorKind::config, "schema of " + label_ + ": " + (path.empty() ? "" : path + ": ") + problem,
                found.is_discarded() ? std::string() : describe(found), expected, advice);
  }

  void one(const std::string& keyword, const Json& value, const std::string& path, int depth) const {
    if (keyword == "type") return type(value, path);
    if (keyword == "properties") return properties(value, path, depth);
    if (keyword == "required") return strings(value, path);
    if (keyword == "items") return schema(value, path, depth + 1);
    if (keyword == "additionalProperties") {
      if (value.is_boolean() && !value.get<bool>()) return;
      if (!value.is_object()) refuse(path, "wrong value", "false, or a schema", value);
      return schema(value, path, depth + 1);
    }
    if (keyword == "enum") {
      if (!value.is_array() || value.empty())
        refuse(path, "wrong type", "a list of values, not empty", value);
      return;
    }
    if (keyword == "oneOf") return one_of(value, path);
    if (keyword == "minimum" || keyword == "maximum" || keyword == "exclusiveMinimum" ||
        keyword == "exclusiveMaximum") {
      if (!value.is_number()) refuse(path, "wrong type", "a number", value);
      return;
    }
    if (keyword == "minItems" || keyword == "maxItems") {
      if (!is_whole(value) || value.get<std::int64_t>() < 0)
        refuse(path, "wrong type", "an integer from 0", value);
      return;
    }
    // A list of numbers has a role for each element.
    if (keyword == "x-role" && value.is_array()) return strings(value, path);
    if (keyword == "description" || keyword == "x-role") {
      if (!value.is_string()) refuse(path, "wrong type", "a string", value);
      return;
    }
    if (keyword == "x-per-group" || keyword == "x-schedulable") {
      if (!value.is_boolean()) refuse(path, "wrong type", "true or false", value);
      return;
    }
    if (keyword == "const" || keyword == "default") return;
    std::string known = "one of";
    for (const auto& name : keywords) known += " " + name;
    refuse(path, "unknown keyword", known, Json::value_t::discarded, did_you_mean(keyword, keywords));
  }

  void type(const Json& value, const std::string& path) const {
    if (value.is_array() && value.empty()) refuse(path, "empty", "one type or a list of types", value);
    for (const auto& name : value.is_array() ? value : Json::array({value})) {
      bool known = false;
      if (name.is_string()) {
        for (const auto& candidate : types) known = known || candidate == name.get_ref<const std::string&>();
      }
      if (!known) refuse(path, "no such type", "null boolean integer number string array object", name);
    }
  }

  void properties(const Json& value, const std::string& path, int depth) const {
    if (!value.is_object()) refuse(path, "wrong type", "an object of schemas", value);
    for (const auto& [name, property] : value.items()) schema(property, child_pointer(path, name), depth + 1);
  }

  void strings(const Json& value, const std::string& path) const {
    if (!value.is_array()) refuse(path, "wrong type", "a list of names", value);
    for (const auto& name : value) {
      if (!name.is_string()) refuse(path, "wrong type", "a list of names", name);
    }
  }

  // Only a list of documented constants: {"const": "cos", "description": "…"}.
  void one_of(const Json& value, const std::string& path) const {
    if (!value.is_array() || value.empty())
      refuse(path, "wrong type", "a list of {\"const\": …}, not empty", value);
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Json& one = value[i];
      if (!one.is_object() || !one.contains("const"))
        refuse(child_pointer(path, i), "wrong form", "{\"const\": …}", one);
      for (const auto& [key, member] : one.items()) {
        if (key == "const") continue;
        if (key != "description" || !member.is_string()) {
          refuse(child_pointer(path, i), "wrong form", "const and description", one);
        }
      }
    }
  }

  void default_value(const Json& json, const Json& value, const std::string& path) const {
    try {
      static_cast<void>(check_value(json, Node::from_json(value, "default"), {}));
    } catch (const Error& error) {
      refuse(path, "the default breaks the schema: " + error.summary(), error.expected(), value);
    }
  }

  const std::string& label_;
};

}  // namespace

Schema::Schema(std::shared_ptr<const Json> json) : json_{std::move(json)} {}

Schema Schema::parse(std::string_view text, std::string label) {
  if (text.size() > max_text) {
    throw Error(ErrorKind::config, "schema of " + label + ": too long",
                std::to_string(text.size()) + " bytes", "at most " + std::to_string(max_text));
  }
  auto json = std::make_shared<const Json>(
      parse_text(text, std::make_shared<const std::string>("schema of " + label)).value);
  DialectCheck(label).schema(*json, "", 0);
  return Schema(std::move(json));
}

Node Schema::check(const Node& value, const std::vector<std::string>& ignore) const {
  return value.with(check_value(*json_, value, ignore));
}

const Json& Schema::json() const noexcept { return *json_; }

}  // namespace ph
