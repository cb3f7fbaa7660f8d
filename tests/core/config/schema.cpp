#include "config/schema.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/error_of.hpp"

using ph::Json;
using ph::Node;
using ph::Schema;
using test::ContainsSubstring;
using test::error_of;

namespace {

std::string schema_error(const std::string& text) {
  return error_of([&] { static_cast<void>(Schema::parse(text, "acme/Opt")); });
}

std::string check(const std::string& schema, const std::string& value) {
  return Schema::parse(schema, "test").check(Node::parse(value, "c.json")).text();
}

std::string check_error(const std::string& schema, const std::string& value) {
  return error_of([&] { static_cast<void>(check(schema, value)); });
}

}  // namespace

TEST_CASE("a schema outside the dialect is refused", "[config][schema][error]") {
  CHECK_THAT(schema_error(R"({"type": "string", "pattern": "a*"})"),
             ContainsSubstring("schema of acme/Opt: /pattern: unknown keyword"));
  CHECK_THAT(schema_error(R"({"properties": {"a": {"minimun": 0}}})"),
             ContainsSubstring("/properties/a/minimun") && ContainsSubstring("did you mean \"minimum\""));
  CHECK_THAT(schema_error(R"({"$ref": "#"})"), ContainsSubstring("unknown keyword"));
  CHECK_THAT(schema_error(R"({"type": "float"})"),
             ContainsSubstring("no such type") && ContainsSubstring("\"float\""));
  CHECK_THAT(schema_error(R"({"type": []})"), ContainsSubstring("/type: empty"));
  CHECK_THAT(schema_error(R"({"type": ["string", 1]})"), ContainsSubstring("no such type"));
  CHECK_THAT(schema_error(R"([])"), ContainsSubstring("a schema is an object"));
  CHECK_THAT(schema_error(R"({"additionalProperties": true})"),
             ContainsSubstring("expected  false, or a schema"));
  CHECK_THAT(schema_error(R"({"required": ["a"], "properties": {}})"),
             ContainsSubstring("names a property that is not there"));
  CHECK_THAT(schema_error(R"({"required": [1]})"), ContainsSubstring("expected  a list of names"));
  CHECK_THAT(schema_error(R"({"enum": []})"), ContainsSubstring("not empty"));
  CHECK_THAT(schema_error(R"({"minimum": "0"})"), ContainsSubstring("expected  a number"));
  CHECK_THAT(schema_error(R"({"minItems": -1})"), ContainsSubstring("an integer from 0"));
  CHECK_THAT(schema_error(R"({"oneOf": [{"type": "string"}]})"), ContainsSubstring("{\"const\": …}"));
  CHECK_THAT(schema_error(R"({"x-per-group": 1})"), ContainsSubstring("true or false"));
  CHECK_THAT(schema_error(R"({"type": "number", "minimum": 0, "default": -1})"),
             ContainsSubstring("the default breaks the schema"));
  CHECK_THAT(schema_error("{\"type\": "), ContainsSubstring("schema of acme/Opt:1: syntax error"));
  std::string deep = "{}";
  for (int i = 0; i < 40; ++i) deep = R"({"items": )" + deep + "}";
  CHECK_THAT(schema_error(deep), ContainsSubstring("nested too deep"));
}

TEST_CASE("every keyword of the dialect is understood", "[config][schema]") {
  CHECK(schema_error(R"({"type": "object", "description": "d", "additionalProperties": {"type": "integer"},
    "required": ["a"], "properties": {
      "a": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "x-role": "lr", "x-per-group": true, "x-schedulable": true},
      "b": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.5},
      "c": {"type": "array", "items": {"enum": [1, 2]}, "minItems": 1, "maxItems": 3},
      "d": {"oneOf": [{"const": "cos", "description": "half a cosine"}, {"const": "linear"}]},
      "e": {"const": 3}}})") == "(no error)");
}

TEST_CASE("defaults are filled in, inside one another", "[config][schema]") {
  const auto schema = R"({"type": "object", "properties": {
    "runtime": {"type": "object", "default": {}, "properties": {"threads": {"type": "integer", "default": 2}, "seed": {}}},
    "list": {"type": "array", "items": {"type": "object", "properties": {"x": {"default": 1}}}},
    "open": {"type": "object", "properties": {"y": {"default": null}}}}})";
  CHECK(check(schema, "{}") == R"({"runtime":{"threads":2}})");
  CHECK(check(schema, R"({"list": [{}, {"x": 3}], "open": {}, "runtime": {"seed": 1}})") ==
        R"({"list":[{"x":1},{"x":3}],"open":{"y":null},"runtime":{"seed":1,"threads":2}})");
}

TEST_CASE("types and ranges", "[config][schema][error]") {
  const auto one = [](const std::string& property, const std::string& value) {
    return check_error(R"({"type": "object", "properties": {"a": )" + property + "}}",
                       "{\"a\": " + value + "}");
  };
  CHECK(one(R"({"type": "number"})", "\"x\"") ==
        "c.json:1: /a: wrong type\n  found     the string \"x\"\n  expected  a number");
  CHECK_THAT(one(R"({"type": "number"})", "\"0.1\""), ContainsSubstring("leave out the quotes: 0.1"));
  CHECK_THAT(one(R"({"type": "integer"})", "2.5"), ContainsSubstring("expected  an integer"));
  CHECK_THAT(one(R"({"type": "integer"})", "true"), ContainsSubstring("found     true"));
  CHECK_THAT(one(R"({"type": "boolean"})", "1"), ContainsSubstring("expected  true or false"));
  CHECK_THAT(one(R"({"type": ["string", "null"]})", "{}"), ContainsSubstring("expected  a string or null"));
  CHECK_THAT(one(R"({"type": ["integer", "array"], "items": {"type": "integer"}})", "\"x\""),
             ContainsSubstring("expected  an integer or a list of integers"));
  CHECK_THAT(one(R"({"type": "number", "minimum": 0, "maximum": 1})", "1.5"),
             ContainsSubstring("expected  0 to 1"));
  CHECK_THAT(one(R"({"type": "number", "exclusiveMinimum": 0})", "0"),
             ContainsSubstring("expected  above 0"));
  CHECK_THAT(one(R"({"type": "number", "minimum": 0, "exclusiveMaximum": 1})", "1"),
             ContainsSubstring("expected  at least 0 and below 1"));
  CHECK_THAT(one(R"({"type": "array", "minItems": 2, "maxItems": 2})", "[1]"),
             ContainsSubstring("expected  2 elements"));
  CHECK_THAT(one(R"({"type": "array", "minItems": 1})", "[]"),
             ContainsSubstring("expected  at least 1 element"));
  CHECK_THAT(one(R"({"type": "array", "items": {"type": "number"}})", "[1, \"b\"]"),
             ContainsSubstring("/a/1: wrong type"));
  CHECK_THAT(one(R"({"const": 3})", "4"), ContainsSubstring("expected  3"));
  CHECK_THAT(one(R"({"minimum": 9007199254740993})", "9007199254740992"), ContainsSubstring("out of range"));
  CHECK(one(R"({"type": "integer", "enum": [2]})", "2.0") == "(no error)");
}

TEST_CASE("choices give the nearest one", "[config][schema][error]") {
  const auto schema = R"({"enum": ["linear", "constant", null]})";
  CHECK_THAT(check_error(schema, "\"liner\""),
             ContainsSubstring("expected  \"linear\", \"constant\" or null") &&
                 ContainsSubstring("did you mean \"linear\"?"));
  CHECK(check(schema, "null") == "null");
  CHECK_THAT(check_error(R"({"oneOf": [{"const": "cos"}, {"const": "linear"}]})", "\"cosine\""),
             ContainsSubstring("expected  \"cos\" or \"linear\""));
}

TEST_CASE("an unknown key gives the known ones and the nearest", "[config][schema][error]") {
  const auto schema =
      R"({"type": "object", "additionalProperties": false, "properties": {"momentum": {}, "lr": {}}})";
  const auto text = check_error(schema, "{\n\"lr\": 1,\n\"momentun\": 0.9}");
  CHECK(text ==
        "c.json:3: /momentun: unknown key\n"
        "  found     \"momentun\": the number 0.9\n"
        "  expected  one of momentum, lr\n"
        "  try       did you mean \"momentum\"?");
  CHECK(Schema::parse(schema, "x").check(Node::parse(R"({"type": "SGD", "lr": 1})"), {"type"}).text() ==
        R"({"type":"SGD","lr":1})");
  CHECK_THAT(check_error(schema, R"({"type": "SGD"})"), ContainsSubstring("/type: unknown key"));
}

TEST_CASE("a missing key says what it is", "[config][schema][error]") {
  const auto schema = R"({"type": "object", "additionalProperties": false, "required": ["step"],
    "properties": {"step": {"type": ["integer", "array"], "minimum": 1, "description": "epochs at which lr drops"}}})";
  CHECK_THAT(check_error(schema, "{}"),
             ContainsSubstring("\"step\" is missing") &&
                 ContainsSubstring("an integer or a list, at least 1 (epochs at which lr drops)"));
  // The slip is the better message of the two.
  CHECK_THAT(check_error(schema, R"({"stpe": 1})"), ContainsSubstring("did you mean \"step\"?"));
}

TEST_CASE("maps check their values", "[config][schema]") {
  const auto schema =
      R"({"type": "object", "additionalProperties": {"type": "object", "properties": {"lr_mult": {"type": "number"}}}})";
  CHECK(check(schema, R"({"backbone.layer1": {"lr_mult": 0.1}})") ==
        R"({"backbone.layer1":{"lr_mult":0.1}})");
  CHECK_THAT(check_error(schema, R"({"backbone": {"lr_mult": "x"}})"),
             ContainsSubstring("/backbone/lr_mult: wrong type"));
}
