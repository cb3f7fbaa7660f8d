#include <nlohmann/json.hpp>

#include "config/node.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using ph::Node;
using test::ContainsSubstring;

namespace {

std::string parse_error(const std::string& text) {
  return test::error_of([&] { static_cast<void>(Node::parse(text, "a.json")); });
}

}  // namespace

TEST_CASE("values know their lines", "[config][parse]") {
  const Node node = Node::parse(
      "\xEF\xBB\xBF// a comment\n"
      "{\n"
      "  \"a\": 1\n"
      "  , \"b\": [10,\n"
      "          20\n"
      "  ], /* over\n"
      "  two lines */ \"c\": {\"d/e\": \"x\"},\n"
      "  \"f\": -2.5\n"
      "}\n",
      "a.json");
  CHECK(node.where() == "a.json:2");
  CHECK(node.at("a").where() == "a.json:3: /a");
  CHECK(node.at("b").where() == "a.json:4: /b");
  CHECK(node.at("b")[0].where() == "a.json:4: /b/0");
  CHECK(node.at("b")[1].where() == "a.json:5: /b/1");
  CHECK(node.at("c").at("d/e").where() == "a.json:7: /c/d~1e");
  CHECK(node.at("f").where() == "a.json:8: /f");
  CHECK(node.keys() == std::vector<std::string>{"a", "b", "c", "f"});
}

TEST_CASE("a syntax error names line, column and what was expected", "[config][parse][error]") {
  CHECK_THAT(parse_error("{\n  \"a\": 1\n  \"b\": 2\n}"), ContainsSubstring("a.json:3: syntax error") &&
                                                              ContainsSubstring("column 5") &&
                                                              ContainsSubstring("expected  ',' or '}'"));
  CHECK_THAT(parse_error("{\"a\": 1,}"),
             ContainsSubstring("expected  a key in double quotes") &&
                 ContainsSubstring("try       no comma before a closing bracket"));
  CHECK_THAT(parse_error("[1, 2"),
             ContainsSubstring("unexpected end of input") && ContainsSubstring("expected  ',' or ']'"));
  CHECK_THAT(parse_error("{\"a\": True}"), ContainsSubstring("true, false and null are lower case"));
  CHECK_THAT(parse_error("{a: 1}"), ContainsSubstring("a.json:1: syntax error"));
  CHECK_THAT(parse_error("{} {}"), ContainsSubstring("nothing more after the first value"));
  CHECK_THAT(parse_error(""), ContainsSubstring("a.json:1: syntax error"));
  CHECK_THAT(parse_error("{\"a\": \"line\nbreak\"}"), ContainsSubstring("must be escaped"));
  CHECK_THAT(parse_error("/* never closed"), ContainsSubstring("syntax error"));
  CHECK_THAT(parse_error(std::string("{\"a\": \"\xff\xfe\"}")), ContainsSubstring("ill-formed UTF-8"));
  CHECK_THAT(parse_error(std::string("{\0}", 3)), ContainsSubstring("syntax error"));
}

TEST_CASE("a key that is there twice names both lines", "[config][parse][error]") {
  const auto text = parse_error("{\n\"model\": {\n\"depth\": 18,\n\"type\": 1,\n\"depth\": 50}}");
  CHECK_THAT(text, ContainsSubstring("a.json:5: /model/depth: the key is there twice") &&
                       ContainsSubstring("first on line 3, again on line 5"));
  CHECK(parse_error("{\"a\": {\"x\": 1}, \"b\": {\"x\": 1}}") == "(no error)");
}

TEST_CASE("numbers that do not fit are refused", "[config][parse][error]") {
  CHECK_THAT(parse_error("[1,\n1e999\n]"), ContainsSubstring("a.json:2: number too large"));
  CHECK_THAT(parse_error("[9223372036854775808]"), ContainsSubstring("number too large"));
  CHECK_THAT(parse_error("[123456789012345678901234567890]"), ContainsSubstring("number too large"));
  CHECK_THAT(parse_error("[NaN]"), ContainsSubstring("NaN and Infinity are no JSON"));
  CHECK_THAT(parse_error("[-Infinity]"), ContainsSubstring("syntax error"));
  CHECK(Node::parse("9223372036854775807").i64() == INT64_MAX);
  CHECK(Node::parse("-9223372036854775808").i64() == INT64_MIN);
}

TEST_CASE("nesting has a limit", "[config][parse][error]") {
  CHECK(parse_error(std::string(200, '[') + std::string(200, ']')) == "(no error)");
  CHECK_THAT(parse_error(std::string(201, '[') + std::string(201, ']')),
             ContainsSubstring("nested too deep"));
  CHECK_THAT(parse_error(std::string(1000000, '[')), ContainsSubstring("nested too deep"));
}
