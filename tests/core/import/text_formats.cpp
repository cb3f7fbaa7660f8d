#include <nlohmann/json.hpp>

#include "import/csv.hpp"
#include "import/simple_yaml.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using test::ContainsSubstring;

TEST_CASE("CSV rows are read as RFC 4180 writes them", "[import][csv]") {
  ph::CsvReader csv(
      "\xEF\xBB\xBF"
      "a,\"b,\"\"c\"\"\nd\",\r\n\n1,2,3",
      "x.csv");
  std::vector<std::string> row;
  REQUIRE(csv.next(row));
  CHECK(row == std::vector<std::string>{"a", "b,\"c\"\nd", ""});
  REQUIRE(csv.next(row));
  CHECK(row == std::vector<std::string>{"1", "2", "3"});
  CHECK(csv.where() == "x.csv:4");
  CHECK_FALSE(csv.next(row));
}

TEST_CASE("CSV that is damaged or hostile is refused", "[import][csv][error]") {
  std::vector<std::string> row;
  CHECK_THAT(test::error_of([&] { (void)ph::CsvReader("a,\"b", "x.csv").next(row); }),
             ContainsSubstring("x.csv:1: a quote without an end"));
  const std::string wide(200'000, ',');
  CHECK_THAT(test::error_of([&] { (void)ph::CsvReader(wide, "x.csv").next(row); }),
             ContainsSubstring("too many cells"));
}

TEST_CASE("Text in another encoding is refused by line, not written on", "[import][csv][yaml][error]") {
  CHECK_THAT(test::error_of([] { (void)ph::CsvReader("a,b\nm\xFCnze,1\n", "x.csv"); }),
             ContainsSubstring("x.csv:2: not UTF-8"));
  CHECK_THAT(test::error_of([] { (void)ph::parse_simple_yaml("a: 1\n[1\xEA]:\n", "x.yaml"); }),
             ContainsSubstring("x.yaml:2: not UTF-8"));
  // A letter cut by the end of the file.
  CHECK_THAT(test::error_of([] { (void)ph::CsvReader("\xC3", "x.csv"); }),
             ContainsSubstring("x.csv:1: not UTF-8"));
}

TEST_CASE("The YAML of data.yaml and config.yaml is understood", "[import][yaml]") {
  const auto json = ph::parse_simple_yaml(
      "# data\n"
      "path: ../datasets/a  # where\n"
      "kpt_shape: [17, 3]\n"
      "flip_idx: [0, 2, 1]\n"
      "names:\n"
      "  0: person\n"
      "  1: 'a: b'\n"
      "video_sets:\n"
      "  C:\\lab\\m1.avi:\n"
      "    crop: 0, 640, 0, 480\n"
      "skeleton:\n"
      "- - snout\n"
      "  - leftear\n"
      "- [snout, rightear]\n"
      "items:\n"
      "  - a: 1\n"
      "    b: {c: true, d: ~}\n"
      "empty:\n"
      "rate: 0.95\n",
      "x.yaml");
  const auto expected =
      ph::Json::parse(R"({"path": "../datasets/a", "kpt_shape": [17, 3], "flip_idx": [0, 2, 1],
    "names": {"0": "person", "1": "a: b"}, "video_sets": {"C:\\lab\\m1.avi": {"crop": "0, 640, 0, 480"}},
    "skeleton": [["snout", "leftear"], ["snout", "rightear"]], "items": [{"a": 1, "b": {"c": true, "d": null}}],
    "empty": null, "rate": 0.95})");
  CHECK(json == expected);
}

TEST_CASE("YAML that is not understood says where", "[import][yaml][error]") {
  for (const auto* text : {"a: 1\nb: &x 2\n", "a: [1,\n 2]\n", "a: 1\nno key here\n", "a: 'x\n",
                           "a: 1\na: 2\n", "a: |\n  text\n", "\ta: 1\n", "a: 1\n    b: 2\n"}) {
    CAPTURE(text);
    const auto error = test::error_of([&] { (void)ph::parse_simple_yaml(text, "x.yaml"); });
    CHECK_THAT(error, ContainsSubstring("x.yaml:") && ContainsSubstring("not understood") &&
                          ContainsSubstring("expected"));
  }
  std::string deep = "a: ";
  deep.append(100'000, '[');
  CHECK_THAT(test::error_of([&] { (void)ph::parse_simple_yaml(deep, "x.yaml"); }),
             ContainsSubstring("32 levels"));
}
