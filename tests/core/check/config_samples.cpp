#include "check/config_samples.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "config/schema.hpp"
#include "support/catch.hpp"

namespace {

using ph::Json;

const char* const text = R"({
  "type": "object", "additionalProperties": false, "required": ["lr", "mode", "steps"],
  "properties": {
    "lr": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "mode": {"enum": ["a", "b"]},
    "steps": {"type": ["integer", "array"], "items": {"type": "integer", "minimum": 1}, "minItems": 1},
    "betas": {"type": "array", "items": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
              "minItems": 2, "maxItems": 2, "default": [0.9, 0.999]},
    "key": {"type": ["null", "string"], "default": null},
    "how": {"oneOf": [{"const": "cos"}, {"const": "linear"}], "default": "cos"},
    "whole": {"type": "integer", "minimum": -3, "maximum": 3, "default": 0},
    "custom": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": false,
               "properties": {"lr_mult": {"type": "number", "minimum": 0}}}}}})";

bool accepted(const ph::Schema& schema, const Json& args) {
  try {
    static_cast<void>(schema.check(ph::Node::from_json(args)));
    return true;
  } catch (const ph::Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("arguments drawn from a schema are valid, and reach its edges", "[check]") {
  const auto schema = ph::Schema::parse(text, "test");
  ph::Draw draw{5};
  std::set<std::string> keys, lrs;
  for (int i = 0; i < 400; ++i) {
    const auto args =
        i % 10 == 0 ? ph::minimal_args(schema.json(), draw) : ph::random_args(schema.json(), draw);
    INFO(args.dump());
    REQUIRE(accepted(schema, args));
    for (const auto& [key, value] : args.items()) keys.insert(key);
    lrs.insert(args["lr"].dump());
    if (i % 10 == 0) CHECK(args.size() == 3);
  }
  CHECK(keys.size() == 8);
  CHECK(lrs.count("1.0") == 1);
  CHECK(lrs.size() > 50);
}

TEST_CASE("equal seeds draw equal arguments", "[check]") {
  const auto schema = Json::parse(text);
  ph::Draw one{7}, same{7}, other{8};
  const auto first = ph::random_args(schema, one);
  CHECK(ph::random_args(schema, same) == first);
  CHECK(ph::random_args(schema, other) != first);
}

TEST_CASE("arguments that were broken in one place are refused, for every keyword", "[check]") {
  const auto schema = ph::Schema::parse(text, "test");
  const auto valid =
      Json::parse(R"({"lr": 0.5, "mode": "a", "steps": [3], "betas": [0.1, 0.2], "key": "k", "how": "cos",
                                     "whole": 1, "custom": {"bias": {"lr_mult": 2.0}}})");
  REQUIRE(accepted(schema, valid));
  std::set<std::string> ways;
  for (const auto& broken : ph::broken_args(schema.json(), valid)) {
    INFO(broken.what << " in " << broken.args.dump());
    CHECK_FALSE(accepted(schema, broken.args));
    ways.insert(broken.what);
  }
  for (const char* way :
       {"/lr: exactly its exclusiveMinimum", "/lr: beyond its maximum", "/lr: null",
        "/mode: not one of the choices", "/steps: too few elements", "/steps/0: beyond its minimum",
        "/steps/0: a fraction", "/betas: too many elements", "/betas/1: exactly its exclusiveMaximum",
        "/how: not one of the choices", "/whole: beyond its maximum",
        "/custom/bias/no_such_key: an unknown key", "/custom/bias/lr_mult: a string",
        "/no_such_key: an unknown key", ": without steps"}) {
    CAPTURE(way);
    CHECK(ways.count(way) == 1);
  }
}
