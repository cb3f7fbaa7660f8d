#include "metric/json_cursor.hpp"

#include <nlohmann/json.hpp>
#include <random>

#include "core/metric/okseval.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using namespace ph;

namespace {

std::string error_of(const std::string& text) {
  return test::error_of([&] {
    JsonCursor in(text, "f.json");
    in.skip();
    in.finish();
  });
}

bool accepts(const std::string& text) { return error_of(text) == "(no error)"; }

}  // namespace

TEST_CASE("the cursor accepts what is JSON and nothing else", "[metric][json]") {
  const std::string text =
      GENERATE("{}", "[]", " [1, -2.5e+3, 0, \"a\\u00e9\\n\", true, false, null, {\"k\": [[]]}] ", "", "[",
               "]", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "-", "1.", ".5", "+1",
               "1e", "0x1", "tru", "nulll", "\"a", "\"\\x\"", "\"\\u12\"", "[1 2]", "1 2",
               "{\"a\":1 \"b\":2}", "\"\t\"", "[1]]", "'a'", "//", "-0", "1E5");
  CAPTURE(text);
  REQUIRE(accepts(text) == nlohmann::json::accept(text));
}

TEST_CASE("files with random damage are judged as by another parser", "[metric][json]") {
  std::string whole;
  for (const char* name : {"coco4/gt.json", "fce/dt.json"})
    whole += test::read_all(test::okseval(name)).substr(0, 4000);
  std::mt19937 random(1);
  // No exponents: numbers beyond all doubles are refused where they are read, not where they are skipped.
  const std::string bytes = "{}[],:\"\\0123456789.+-tfn \n";
  for (int round = 0; round < 4000; ++round) {
    const auto start = random() % (whole.size() - 300);
    std::string text = "[" + whole.substr(start, 20 + random() % 200) + "]";
    for (unsigned i = 0; i < random() % 3; ++i) text[random() % text.size()] = bytes[random() % bytes.size()];
    CAPTURE(text);
    REQUIRE(accepts(text) == nlohmann::json::accept(text));
  }
}

TEST_CASE("values are read exactly", "[metric][json]") {
  const std::string text =
      R"({"n": 0.1, "i": 12345678901234567, "r": 3.0, "s": "a\"\u00e9\ud83d\ude00\ud800", "b": true, "l": [1, 2, 3]})";
  JsonCursor in(text, "f.json");
  in.begin_object();
  std::vector<double> list;
  for (std::string_view key; in.next_member(key);) {
    if (key == "n") REQUIRE(in.number() == 0.1);
    if (key == "i") REQUIRE(in.integer() == 12345678901234567);
    if (key == "r") REQUIRE(in.integer() == 3);
    if (key == "s") REQUIRE(in.string() == "a\"\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD");
    if (key == "b") REQUIRE(in.boolean());
    if (key == "l") REQUIRE(in.numbers(list, 2) == 3);
  }
  in.finish();
  REQUIRE(list == std::vector<double>{1, 2});
}

TEST_CASE("nesting is bounded", "[metric][json]") {
  REQUIRE(accepts(std::string(200, '[') + std::string(200, ']')));
  REQUIRE_THAT(error_of(std::string(1000000, '[')), test::ContainsSubstring("nested too deeply"));
}

TEST_CASE("an error names the line", "[metric][json][error]") {
  REQUIRE_THAT(error_of("[1,\n2,\n x]"), test::ContainsSubstring("f.json:3: not valid JSON"));
  REQUIRE_THAT(error_of("[1,\n2"), test::ContainsSubstring("found     the end of the file"));
}
