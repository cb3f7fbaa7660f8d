#include "report/run_report.hpp"

#include <nlohmann/json.hpp>

#include "report/html_page.hpp"
#include "report/time_section.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/picture_header.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;
using test::put;

namespace {

ph::DatasetInfo two_points() {
  ph::DatasetInfo info;
  info.keypoints = {"<b>nose", "tail"};
  info.skeleton = {{0, 1}};
  return info;
}

ph::Instance instance(const std::string& file, float visible_tail) {
  ph::Instance made;
  made.image_file = file;
  made.bbox = {10, 10, 40, 20};
  made.joints = {20, 20, 40, 25};
  made.visible = {1, visible_tail};
  return made;
}

}  // namespace

TEST_CASE("Data URIs", "[report]") {
  CHECK(ph::data_uri("a/b", "") == "data:a/b;base64,");
  CHECK(ph::data_uri("a/b", "M") == "data:a/b;base64,TQ==");
  CHECK(ph::data_uri("a/b", "Ma") == "data:a/b;base64,TWE=");
  CHECK(ph::data_uri("a/b", std::string("\xFF\0\x10Z", 4)) == "data:a/b;base64,/wAQWg==");
}

TEST_CASE("Errors by keypoint and the order of samples", "[report]") {
  const std::vector<ph::Instance> instances{instance("a.png", 1), instance("b.png", 0), instance("c.png", 1)};
  const std::vector<ph::Prediction> predictions{{0, {23, 24, 1, 40, 25, 1}, {}, {}},
                                                {1, {20, 20, 1, 99, 99, 1}, {}, {}},
                                                {2, {20, 30, 1, 40, 35, 1}, {}, {}}};
  const auto rows = ph::keypoint_rows(instances, predictions, two_points(), 0.2);
  REQUIRE(rows.size() == 2);
  CHECK((rows[0].labelled == 3 && rows[1].labelled == 2));
  CHECK_THAT(rows[0].mean, test::WithinRel(5.0, 1e-6));
  CHECK_THAT(rows[0].median, test::WithinRel(5.0, 1e-6));
  CHECK_THAT(rows[0].pck, test::WithinRel(2.0 / 3, 1e-6));
  CHECK_THAT(rows[1].p95, test::WithinRel(9.5, 1e-6));
  const auto ranked = ph::rank_samples(instances, predictions);
  REQUIRE(ranked.size() == 3);
  CHECK((ranked[0].instance == 1 && ranked[1].instance == 0 && ranked[2].instance == 2));
  CHECK_THAT(ranked[2].error, test::WithinRel(0.25, 1e-6));
}

TEST_CASE("A report shows hostile text as text", "[report][html]") {
  const test::TempFolder folder;
  put(folder.path(), "config.json", "{\"work_dir\": \"</pre><script>alert(1)</script>\"}");
  put(folder.path(), "1.log.json",
      R"({"mode": "train", "epoch": 1, "iter": 1, "lr": 0.1, "loss": 1.0, "loss<img src=x>": 2.0})"
      "\n"
      R"({"mode": "val", "epoch": 1, "iter": 1, "PCK\"><script>": 0.5})"
      "\n");
  put(folder.path(), "1.log", "host <script>x</script>\nEpoch [1][1/1] never shown\n");
  ph::ReportResults results;
  results.source = "best<script>";
  const auto info = two_points();
  results.keypoints = {{"<script>", 1, 1, 1, 1, 1}};
  results.best.push_back(
      ph::sample_view(instance("x/<i>.png", 1), {0, {21, 21, 1, 40, 25, 1}, {}, {}}, info, 0.01));
  const auto html = ph::run_report_html(folder.path(), results, "");
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("<img") == std::string::npos);
  CHECK(html.find("<i>") == std::string::npos);
  CHECK_THAT(html, ContainsSubstring("default-src 'none'") && ContainsSubstring("&lt;b&gt;nose") &&
                       ContainsSubstring("host &lt;script&gt;"));
  CHECK(html.find("never shown") == std::string::npos);
  for (const char* heading :
       {"Metrics", "Training", "Schedule", "Errors by keypoint", "Best samples", "Environment", "Config"})
    CHECK_THAT(html, ContainsSubstring(std::string("<h2>") + heading + "</h2>"));
  CHECK(ph::run_report_json(folder.path(), results, "")["results"]["keypoints"][0]["labelled"] == 1);
  CHECK_THAT(ph::run_report_html(folder.path(), std::nullopt, "No <checkpoint>."),
             ContainsSubstring("No &lt;checkpoint&gt;."));
}

TEST_CASE("A report says where the time went", "[report]") {
  const test::TempFolder folder;
  put(folder.path(), "1.log.json",
      R"({"mode": "train", "epoch": 1, "iter": 1, "lr": 0.1, "loss": 1.0})"
      "\n");
  CHECK(ph::run_report_html(folder.path(), std::nullopt, "").find("Where the time") == std::string::npos);
  put(folder.path(), "status.json", R"({"state": "finished", "started": 100, "updated": 110, "times": [
      {"who": "", "what": "backward", "s": 4, "calls": 8}, {"who": "", "what": "waiting for data", "s": 1, "calls": 8},
      {"who": "org.acme/<b>", "what": "after_train_iter", "s": 0.5, "calls": 8},
      {"who": "org.acme/<b>", "what": "before_run", "s": 1.5, "calls": 1},
      {"who": "org.acme/Adam", "what": "step", "s": 1, "calls": 8}]})");
  const auto parts = ph::time_parts(ph::read_status(folder.path()));
  REQUIRE(parts.size() == 5);
  CHECK((parts[0].name == "backward" && parts[0].calls == 8));
  CHECK((parts[1].name == "hook: org.acme/<b>" && parts[1].calls == 9));
  CHECK_THAT(parts[1].seconds, test::WithinRel(2.0, 1e-9));
  CHECK(parts[2].name == "start, end and between");
  CHECK_THAT(parts[2].seconds, test::WithinRel(2.0, 1e-6));
  CHECK((parts[3].name == "data: waiting for a batch" && parts[4].name == "optimizer: org.acme/Adam"));
  const auto html = ph::run_report_html(folder.path(), std::nullopt, "");
  CHECK_THAT(html, ContainsSubstring("<h2>Where the time goes</h2>") &&
                       ContainsSubstring("hook: org.acme/&lt;b&gt;"));
  // 4 of 10 seconds, 500 ms a call, a bar of 0.4 of 360 pixels.
  CHECK_THAT(html, ContainsSubstring("<td>backward</td><td class=\"n\">4.000</td><td class=\"n\">40.0 %</td>"
                                     "<td class=\"n\">8</td><td class=\"n\">500.000</td>") &&
                       ContainsSubstring("width=\"144\""));
  CHECK(ph::run_report_json(folder.path(), std::nullopt, "")["times"].size() == 5);
}

TEST_CASE("A report needs a log", "[report][error]") {
  const test::TempFolder folder;
  CHECK_THAT(test::error_of([&] { (void)ph::run_report_html(folder.path(), std::nullopt, ""); }),
             ContainsSubstring("no log in this folder"));
}

TEST_CASE("Points that are no numbers are drawn nowhere near an attribute", "[report]") {
  ph::SampleView view;
  view.shown = {0, 0, 10, 10};
  view.names = {"a"};
  view.truth = {NAN, INFINITY};
  view.visible = {1};
  const auto figure = ph::sample_figure(view, 100);
  CHECK(figure.find("nan") == std::string::npos);
  CHECK(figure.find("inf\"") == std::string::npos);
  view.shown = {0, 0, 0, 10};
  CHECK(ph::sample_figure(view, 100).empty());
}
