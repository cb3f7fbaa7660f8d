#include "metric/evaluate_files.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/metric/okseval.hpp"
#include "metric/oks.hpp"
#include "metric/pair_results.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using namespace ph;

namespace {

using Json = nlohmann::ordered_json;

// Two people in one image, at x = 0 and x = 1000, 100 x 100, with one point each (the second's other point
// is not labelled).
Json two_people() {
  return Json::parse(
      R"({"images": [{"id": 1}], "categories": [{"id": 1, "keypoints": ["tip", "tail"]}], "annotations": [
    {"id": 5, "image_id": 1, "area": 100, "bbox": [0, 0, 100, 100], "keypoints": [50, 50, 2, 10, 10, 2]},
    {"id": 6, "image_id": 1, "area": 100, "bbox": [1000, 0, 100, 100], "keypoints": [1050, 50, 2, 0, 0, 0]},
    {"id": 7, "image_id": 1, "area": 100, "iscrowd": 1, "bbox": [1000, 0, 100, 100], "keypoints": [1050, 50, 2, 0, 0, 0]}]})");
}

Json found(double x, double score) {
  return {{"image_id", 1}, {"score", score}, {"keypoints", {x, 50, 1, x - 40, 10, 1}}};
}

PairedResults paired(const std::vector<Json>& results) {
  const auto truth = parse_coco_truth(two_people().dump(), "gt.json");
  return pair_results(truth, parse_coco_results(Json(results).dump(), "dt.json", truth));
}

}  // namespace

TEST_CASE("results belong to the closest annotation", "[metric]") {
  const auto pairs = paired({found(1052, 0.2), found(700, 0.9), found(51, 0.1)});
  REQUIRE((pairs.instances.size() == 2 && pairs.by_place == 2 && pairs.unanswered == 0));
  for (const auto& prediction : pairs.predictions) {
    const double x = static_cast<double>(pairs.instances[prediction.instance].joints[0]);
    REQUIRE(std::abs(static_cast<double>(prediction.keypoints[0]) - x) <= 2);
  }
}

TEST_CASE("results with an annotation_id belong to that", "[metric]") {
  auto far = found(9000, 0.5);
  far["annotation_id"] = 5;
  const auto pairs = paired({far, found(1050, 0.5)});
  REQUIRE((pairs.by_id == 1 && pairs.by_place == 1));
  REQUIRE(pairs.predictions[0].keypoints[0] == 9000);
  far["annotation_id"] = 8;
  REQUIRE_THAT(test::error_of([&] { paired({far}); }),
               test::ContainsSubstring("its annotation does not exist"));
  far["annotation_id"] = 5;
  REQUIRE_THAT(test::error_of([&] {
                 paired({far, far});
               }),
               test::ContainsSubstring("result no. 1: a second result"));
}

TEST_CASE("metrics of keypoints come with a table", "[metric]") {
  const test::TempFolder folder;
  EvaluateFiles asked;
  asked.truth = folder.path() / "gt.json";
  asked.results = folder.path() / "dt.json";
  test::write_all(asked.truth, two_people().dump());
  test::write_all(asked.results, Json{found(60, 0.5), found(1050, 0.5)}.dump());
  asked.metrics = {"PCK", "EPE", "NME", "mAP"};
  asked.norm = "bbox_size";
  asked.sigmas = "0.5,0.5";
  asked.pck_thr = 0.05;
  const auto made = evaluate_files(asked);
  REQUIRE(made.keypoints == std::vector<std::string>{"tip", "tail"});
  REQUIRE((made.values.size() == 13 && made.lines.size() == 10 && made.tables.size() == 3));
  REQUIRE(made.tables[0].values == std::vector<double>{0.5, 0});  // 10 of 100 pixels off, 0 off
  REQUIRE(made.tables[1].values == std::vector<double>{5, 10});
  REQUIRE_THAT(made.tables[2].values[1], test::WithinRel(0.1, 1e-9));
  const auto& last = made.values.back();
  REQUIRE((last.first == "NME" && std::abs(last.second - 0.2 / 3) < 1e-9));
}

TEST_CASE("sigmas come from the command, the file, or COCO", "[metric]") {
  const std::vector<std::string> none;
  REQUIRE(choose_sigmas("0.1,0.2", {}, none, 2).sigmas == std::vector<double>{0.1, 0.2});
  REQUIRE(choose_sigmas("", {0.3, 0.4}, none, 2).sigmas == std::vector<double>{0.3, 0.4});
  const auto coco = choose_sigmas("", {}, none, 17);
  REQUIRE((coco.sigmas == coco_sigmas() && !coco.assumption.empty()));
  const test::TempFolder folder;
  const auto file = folder.path() / "sigmas.json";
  const std::string text = GENERATE("[0.5, 0.6]", R"({"sigmas": [0.5, 0.6]})",
                                    R"({"x": [1], "dataset_info": {"sigmas": [0.5, 0.6]}})");
  test::write_all(file, text);
  REQUIRE(choose_sigmas(file.string(), {}, none, 2).sigmas == std::vector<double>{0.5, 0.6});
}

TEST_CASE("sigmas that cannot be used are named", "[metric][error]") {
  const auto [given, expected] = GENERATE(table<std::string, std::string>({{"", "--sigmas with 3 numbers"},
                                                                           {"0.1,0.2", "3, one per keypoint"},
                                                                           {"0.1,0,0.2", "out of range"},
                                                                           {"none.json", "cannot be read"}}));
  REQUIRE_THAT(test::error_of([&] { (void)choose_sigmas(given, {}, {}, 3); }),
               test::ContainsSubstring(expected));
}

TEST_CASE("a box without area cannot be a normaliser", "[metric][error]") {
  auto json = two_people();
  json["annotations"][1]["bbox"] = {0, 0, 0, 0};
  const auto truth = parse_coco_truth(json.dump(), "gt.json");
  REQUIRE_THAT(test::error_of([&] { (void)pair_results(truth, {}); }),
               test::ContainsSubstring("annotation 6: its box has no area"));
}
