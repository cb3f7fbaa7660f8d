#include "config/node.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/error_of.hpp"

using ph::Json;
using ph::Node;
using test::ContainsSubstring;
using test::error_of;

TEST_CASE("accessors say what was found and what was wanted", "[config][node][error]") {
  const Node node = Node::parse("{\"lr\": \"0.1\", \"step\": [1, 2], \"flag\": true, \"n\": null}", "c.json");
  CHECK(error_of([&] { static_cast<void>(node.at("lr").f64()); }) ==
        "c.json:1: /lr: wrong type\n  found     the string \"0.1\"\n  expected  a number");
  CHECK_THAT(error_of([&] { static_cast<void>(node.at("step").string()); }),
             ContainsSubstring("found     the list [1,2]") && ContainsSubstring("expected  a string"));
  CHECK_THAT(error_of([&] { static_cast<void>(node.at("flag").i64()); }),
             ContainsSubstring("found     true"));
  CHECK_THAT(error_of([&] { static_cast<void>(node.at("step")[2]); }),
             ContainsSubstring("/step: no element 2"));
  CHECK_THAT(error_of([&] { static_cast<void>(node.at("flga")); }),
             ContainsSubstring("\"flga\" is missing") && ContainsSubstring("did you mean \"flag\"?"));
  CHECK_THAT(error_of([&] { static_cast<void>(node.at("lr").at("x")); }),
             ContainsSubstring("expected  an object"));
}

TEST_CASE("a whole number is an integer however it is written", "[config][node]") {
  CHECK(Node::parse("2.0").i64() == 2);
  CHECK(Node::parse("1e3").i64() == 1000);
  CHECK(Node::parse("3").f64() == 3.0);
  CHECK_FALSE(Node::parse("2.5").is_integer());
  CHECK_FALSE(Node::parse("1e300").is_integer());
  CHECK_FALSE(Node::parse("true").is_integer());
}

TEST_CASE("null is no member for has and find, but one for at", "[config][node]") {
  const Node node = Node::parse("{\"a\": null, \"b\": 0}");
  CHECK_FALSE(node.has("a"));
  CHECK_FALSE(node.find("a"));
  CHECK(node.at("a").is_null());
  CHECK(node.find("b")->i64() == 0);
  CHECK_FALSE(Node::parse("[1]").has("a"));
}

TEST_CASE("with() changes the value and keeps the place", "[config][node]") {
  const Node node = Node::parse("{\n\"data\": {\n\"train\": {\"type\": \"A\"}}}", "c.json");
  const Node train = node.at("data").at("train").with(Json{{"type", "B"}, {"new", 1}});
  CHECK(train.at("type").string() == "B");
  CHECK(train.at("type").where() == "c.json:3: /data/train/type");
  CHECK(train.at("new").where() == "c.json:3: /data/train/new");
  CHECK(node.at("data").at("train").at("type").string() == "A");
}

TEST_CASE("a node outlives what it was taken from", "[config][node]") {
  const Node inner = [] { return Node::parse("{\"a\": {\"b\": [1, 2, 3]}}").at("a").at("b"); }();
  CHECK(inner.text() == "[1,2,3]");
  CHECK(Node().is_null());
  CHECK(Node().where().empty());
}

TEST_CASE("long values are cut in messages, at a whole character", "[config][node]") {
  std::string text = "\"";
  for (int i = 0; i < 100; ++i) text += "\xC3\xA9";
  const auto error = Node::parse(text + "\"").error("too long");
  CHECK_THAT(error.found(), ContainsSubstring("…"));
  CHECK(Json(error.found()).dump().size() < 200);  // dump() throws on half a character
}
