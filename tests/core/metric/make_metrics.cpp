#include "metric/metric.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace ph;

namespace {

std::vector<std::string> result_names(const std::string& evaluation) {
  Instance instance;
  instance.bbox = {0, 0, 10, 10};
  instance.joints = {1, 1};
  instance.visible = {1};
  std::vector<std::string> names;
  for (const auto& metric : make_metrics(Node::parse(evaluation))) {
    for (const auto& [name, value] : metric->evaluate({instance}, {}, {})) names.push_back(name);
  }
  return names;
}

std::string error_of(const std::string& evaluation) {
  return test::error_of([&] { (void)make_metrics(Node::parse(evaluation)); });
}

}  // namespace

TEST_CASE("evaluation names metrics, one or several", "[metric]") {
  using Names = std::vector<std::string>;
  REQUIRE(result_names(R"({"metric": "PCK"})") == Names{"PCK"});
  REQUIRE(
      result_names(R"({"interval": 10, "metric": ["PCK", "PCK@0.05", "AUC", "EPE", "NME"], "save_best": "PCK",
                           "rule": "greater", "pck_thr": 0.1, "auc_nor": 15, "res_folder": null,
                           "norm_item": "bbox_size"})") == Names{"PCK", "PCK@0.05", "AUC", "EPE", "NME"});
}

TEST_CASE("metrics of single annotations cannot judge a detector's boxes", "[metric][error]") {
  MetricContext context;
  context.detected_boxes = true;
  REQUIRE_THAT(test::error_of([&] { (void)make_metrics(Node::parse(R"({"metric": "PCK"})"), context); }),
               test::ContainsSubstring("use_gt_bbox"));
}

TEST_CASE("pck_thr is PCK's threshold, not that of PCK@x", "[metric]") {
  Instance instance;
  instance.bbox = {0, 0, 100, 100};
  instance.joints = {0, 0};
  instance.visible = {1};
  Prediction prediction;
  prediction.keypoints = {10, 0, 1};
  const auto metrics = make_metrics(Node::parse(R"({"metric": ["PCK", "PCK@0.05"], "pck_thr": 0.11})"));
  REQUIRE(metrics[0]->evaluate({instance}, {prediction}, {}).front().second == 1);
  REQUIRE(metrics[1]->evaluate({instance}, {prediction}, {}).front().second == 0);
}

TEST_CASE("wrong evaluation settings are named", "[metric][error]") {
  const auto [evaluation, expected] = GENERATE(table<std::string, std::string>({
      {R"({"interval": 1})", "metric"},
      {R"({"metric": "mAP"})", "mAP needs an annotation file"},
      {R"({"metric": "tPCK"})", "\"tPCK\" is not available yet"},
      {R"({"metric": ["PCK", "NME"]})", "/metric/1: NME has no normaliser"},
      {R"({"metric": "NME", "norm_item": "nose"})", "/norm_item"},
      {R"({"metric": "NME", "keypoint_indices": [1, 1]})", "one keypoint twice"},
      {R"({"metric": "mAP", "score_mode": "box"})", "/score_mode"},
      {R"({"metric": "EPEE"})", "EPE"},
      {R"({"metric": "PCK@x"})", "PCK@0.05"},
      {R"({"metric": "PCK@-1"})", "above 0"},
      {R"({"metric": []})", "empty list"},
      {R"({"metric": ["PCK", "PCK"]})", "named twice"},
      {R"({"metric": 3})", "/metric"},
      {R"({"metric": "PCK", "pck_thr": 0})", "/pck_thr"},
      {R"({"metric": "PCK", "intervall": 1})", "interval"},
  }));
  REQUIRE_THAT(error_of(evaluation), test::ContainsSubstring(expected));
}
