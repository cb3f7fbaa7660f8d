#include "plot/svg_plot.hpp"

#include <cmath>

#include "support/catch.hpp"

using test::ContainsSubstring;

TEST_CASE("Ticks are round numbers within the range", "[plot][svg]") {
  CHECK(ph::round_ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(ph::round_ticks(0.13, 0.29, 4) == std::vector<double>{0.15000000000000002, 0.2, 0.25});
  CHECK(ph::round_ticks(-3, 3, 3) == std::vector<double>{-2, 0, 2});
  CHECK(ph::round_ticks(1, 1, 5).empty());
  CHECK(ph::round_ticks(0, INFINITY, 5).empty());
}

TEST_CASE("Curves are drawn with gaps where there are no numbers", "[plot][svg]") {
  const ph::Panel panel{"loss",
                        {{"a<b", {0, 1, 2, 3}, {1, NAN, 3, 2}, false}, {"two", {0, 3}, {1, 1}, true}}};
  const auto svg = ph::svg_plot(panel, "iteration", 600, 200);
  CHECK(svg == ph::svg_plot(panel, "iteration", 600, 200));
  CHECK_THAT(svg, ContainsSubstring("d=\"M80.00 160.00M417.33 12.00L586.00 86.00\""));
  CHECK_THAT(svg, ContainsSubstring(">a&lt;b<") && ContainsSubstring("stroke-dasharray") &&
                      ContainsSubstring(">iteration<"));
  CHECK_THAT(ph::svg_plot({"x", {{"y", {}, {}, false}}}, "", 100, 100), ContainsSubstring("x: no numbers"));
}

TEST_CASE("Text in HTML does nothing but be read", "[plot][html]") {
  CHECK(ph::html_escape("<script>\"&'") == "&lt;script&gt;&quot;&amp;&#39;");
  CHECK(ph::html_escape("\xC3\xA9 \xE5\xB7\xA6 \xF0\x9F\x90\x81\n\t") ==
        "\xC3\xA9 \xE5\xB7\xA6 \xF0\x9F\x90\x81\n\t");
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(ph::html_escape(std::string("a\0b\x1B\x7F", 5)) == "a" + bad + "b" + bad + bad);
  CHECK(ph::html_escape("\xFF\xC3") == bad + bad);            // no beginning, no end
  CHECK(ph::html_escape("\xC0\xAF") == bad + bad);            // '/' in two bytes
  CHECK(ph::html_escape("\xED\xA0\x80") == bad + bad + bad);  // a surrogate
}
