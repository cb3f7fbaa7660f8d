#include <cmath>
#include <cstdlib>
#include <limits>

#include "plot/text_plot.hpp"
#include "plot/write_plot.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;

namespace {

const double no_number = std::numeric_limits<double>::quiet_NaN();

ph::Curve ramp(const std::string& label, std::size_t n) {
  ph::Curve curve;
  curve.label = label;
  for (std::size_t i = 0; i < n; ++i) {
    curve.x.push_back(static_cast<double>(i));
    curve.y.push_back(static_cast<double>(i));
  }
  return curve;
}

ph::Figure figure_of(std::vector<ph::Curve> curves) {
  ph::Figure figure;
  figure.title = "a title";
  figure.x_label = "iteration";
  figure.panels.push_back({"lr", std::move(curves)});
  return figure;
}

/// PATH for the time of a test.
class Path {
 public:
  explicit Path(const std::string& value) : old_{std::getenv("PATH")} { setenv("PATH", value.c_str(), 1); }
  ~Path() { setenv("PATH", old_.c_str(), 1); }
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;

 private:
  std::string old_;
};

}  // namespace

TEST_CASE("a thinned curve keeps its ends and peaks", "[plot]") {
  auto curve = ramp("r", 100'000);
  curve.y[40'001] = 1e6;
  curve.y[70'003] = -5;
  curve.y[50] = no_number;
  const auto thin = ph::thin_out(curve, 1000);
  CHECK(thin.x.size() <= 1000);
  CHECK(thin.x.size() >= 500);
  CHECK(thin.x.front() == 0);
  CHECK(thin.x.back() == 99'999);
  CHECK(*std::max_element(thin.y.begin(), thin.y.end()) == 1e6);
  CHECK(*std::min_element(thin.y.begin(), thin.y.end()) == -5);
  CHECK(std::is_sorted(thin.x.begin(), thin.x.end()));
  CHECK(ph::thin_out(curve, 200'000).x.size() == 100'000);
}

TEST_CASE("gnuplot gets texts that it cannot obey", "[plot]") {
  auto figure = figure_of({ramp("it's `touch x`\nset output 'y'", 3)});
  figure.title = "$(id) \"@m\"";
  const auto script = ph::gnuplot_script(figure);
  CHECK_THAT(script, ContainsSubstring("title 'it''s `touch x` set output ''y'''\n"));
  CHECK_THAT(script, ContainsSubstring("set title '$(id) \"@m\"' noenhanced\n"));
  CHECK_THAT(script, !ContainsSubstring("\nset output"));
  CHECK_THAT(script, ContainsSubstring("$p0_0 << EOD\n0 0\n1 1\n2 2\nEOD\n"));
}

TEST_CASE("a picture has the texts and the format that were asked for", "[plot]") {
  const test::TempFolder folder;
  auto figure = figure_of({ramp("first <&> `id`", 50), ramp("second", 100'000)});
  figure.panels.push_back({"momentum", {ramp("third", 50)}});
  ph::write_plot(figure, folder / "a.svg");
  const auto svg = test::read_all(folder / "a.svg");
  for (const char* text :
       {"a title", "iteration", "lr", "momentum", "first &lt;&amp;> `id`", "second", "third"})
    CHECK_THAT(svg, ContainsSubstring(std::string(">") + text + "<"));
  CHECK(svg.size() < 1'000'000);
  ph::write_plot(figure, folder / "a.png");
  CHECK(test::read_all(folder / "a.png").compare(0, 8, "\x89PNG\r\n\x1a\n") == 0);
  ph::write_plot(figure, folder / "a.PDF");
  CHECK(test::read_all(folder / "a.PDF").compare(0, 5, "%PDF-") == 0);
  CHECK(folder.files() == 3);
}

TEST_CASE("a picture that cannot be made leaves the old one", "[plot][error]") {
  const test::TempFolder folder;
  const auto old = folder.write("a.svg", "old");
  {
    const Path none{folder.path().string()};
    const auto error = test::error_of([&] { ph::write_plot(figure_of({ramp("r", 3)}), old); });
    CHECK_THAT(error, ContainsSubstring("pictures are drawn by gnuplot, which is not installed"));
    CHECK_THAT(error, ContainsSubstring("apt-get install gnuplot-nox"));
  }
  {
    // A gnuplot that fails.
    const auto fake = folder.write("gnuplot", "#!/bin/sh\necho no cairo; exit 3\n");
    std::filesystem::permissions(fake, std::filesystem::perms::owner_all);
    const Path broken{folder.path().string()};
    const auto error = test::error_of([&] { ph::write_plot(figure_of({ramp("r", 3)}), old); });
    CHECK_THAT(error, ContainsSubstring("gnuplot could not draw it"));
    CHECK_THAT(error, ContainsSubstring("no cairo"));
  }
  CHECK(test::read_all(old) == "old");
  CHECK(folder.files() == 2);
  CHECK_THAT(test::error_of([&] { ph::write_plot(figure_of({}), folder / "a.jpg"); }),
             ContainsSubstring("expected  .png, .svg or .pdf"));
  CHECK_THAT(test::error_of([&] { ph::write_plot(figure_of({ramp("r", 3)}), folder / "no/such/a.svg"); }),
             ContainsSubstring("no/such"));
}

TEST_CASE("a style is one of seaborn's", "[plot][error]") {
  CHECK(ph::figure_style("darkgrid").shaded);
  CHECK_FALSE(ph::figure_style("white").grid);
  CHECK_THAT(test::error_of([] { (void)ph::figure_style("drak"); }),
             ContainsSubstring("did you mean \"dark\"") &&
                 ContainsSubstring("white, whitegrid, dark, darkgrid, ticks"));
}

TEST_CASE("a plot in characters", "[plot]") {
  const auto lines = ph::text_plot(figure_of({ramp("up", 11)}), 34, 5);
  const std::vector<std::string> expected{"a title",
                                          "lr",
                                          "        10 |                  ***",
                                          "           |              ****",
                                          "           |        ******",
                                          "           |    ****",
                                          "         0 |****",
                                          "           +---------------------",
                                          "            * up",
                                          "            iteration: 0 to 10"};
  CHECK(lines == expected);
  auto gaps = ramp("none\x1b[31m", 3);
  gaps.y = {no_number, no_number, no_number};
  const auto empty = ph::text_plot(figure_of({gaps}), 80, 5);
  CHECK(empty[2] == "  (no numbers)");
  CHECK(empty[3] == "            * none [31m");
}
