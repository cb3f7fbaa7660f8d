// Annotation and result files: what is read, and what is refused.
#include <functional>

#include "core/metric/okseval.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using namespace ph;

namespace {

using Json = nlohmann::ordered_json;
using Change = std::function<void(Json&)>;

Json truth_json() {
  return Json::parse(R"({"images": [{"id": 4}, {"id": 2}],
    "categories": [{"id": 1, "name": "p", "keypoints": ["a", "b"], "sigmas": [0.1, 0.2]}],
    "annotations": [{"id": 10, "image_id": 4, "category_id": 1, "iscrowd": false, "area": 5.5, "bbox": [1, 2, 3, 4],
      "segmentation": [[1, 2, 3]], "head_size": 7, "keypoints": [1, 2, 2, 0, 0, 0]}, {"id": 11, "image_id": 2}]})");
}

Json results_json() {
  return Json::parse(
      R"([{"image_id": 2, "category_id": 1, "keypoints": [1, 2, 0.5, 4, 6, 0.5], "score": 0.25}])");
}

std::string truth_error(const Change& change) {
  auto json = truth_json();
  change(json);
  return test::error_of([&] { (void)parse_coco_truth(json.dump(), "gt.json"); });
}

std::string results_error(const std::string& text) {
  const auto truth = parse_coco_truth(truth_json().dump(), "gt.json");
  return test::error_of([&] { (void)parse_coco_results(text, "dt.json", truth); });
}

std::string results_error(const Change& change) {
  auto json = results_json();
  change(json);
  return results_error(json.dump());
}

}  // namespace

TEST_CASE("an annotation file is read as it is meant", "[metric]") {
  const auto truth = parse_coco_truth(truth_json().dump(), "gt.json");
  REQUIRE(truth.images == std::vector<std::int64_t>{2, 4});
  REQUIRE(truth.keypoints == 2);
  REQUIRE(truth.main_category().sigmas == std::vector<double>{0.1, 0.2});
  const auto& first = truth.objects.at(0);
  REQUIRE((first.id == 10 && first.image == 1 && !first.crowd && first.area == 5.5 && first.head_size == 7));
  REQUIRE(first.num_keypoints == 1);  // counted, as it is not given
  REQUIRE(
      (truth.points_of(first)[1] == 2 && truth.labels_of(first)[0] == 1 && truth.labels_of(first)[1] == 0));
  const auto& second = truth.objects.at(1);
  REQUIRE((!second.points && !second.area && !second.bbox && second.num_keypoints == 0));
}

TEST_CASE("lists of an annotation file may come in any order", "[metric]") {
  const auto json = truth_json();
  const Json turned{
      {"annotations", json["annotations"]}, {"categories", json["categories"]}, {"images", json["images"]}};
  REQUIRE(parse_coco_truth(turned.dump(), "gt.json").objects.at(0).image == 1);
}

TEST_CASE("a result's area is that of its box when the first result has one", "[metric]") {
  const auto truth = parse_coco_truth(truth_json().dump(), "gt.json");
  auto json = results_json();
  REQUIRE(parse_coco_results(json.dump(), "dt.json", truth).results.at(0).area == 12);  // 3 x 4
  json[0]["bbox"] = {0, 0, 5, 6};
  REQUIRE(parse_coco_results(json.dump(), "dt.json", truth).results.at(0).area == 30);
}

TEST_CASE("wrong annotations are named", "[metric][error]") {
  const auto [expected, change] = GENERATE(table<std::string, Change>({
      {"annotation 10: the id occurs twice", [](Json& j) { j["annotations"][1]["id"] = 10; }},
      {"image 4: the id occurs twice", [](Json& j) { j["images"].push_back({{"id", 4}}); }},
      {"category 1: the id occurs twice", [](Json& j) { j["categories"].push_back({{"id", 1}}); }},
      {"annotation 11: its image does not exist", [](Json& j) { j["annotations"][1]["image_id"] = 5; }},
      {"annotation 10: its category does not exist", [](Json& j) { j["annotations"][0]["category_id"] = 3; }},
      {"no list \"annotations\"", [](Json& j) { j.erase("annotations"); }},
      {"no list \"categories\"", [](Json& j) { j.erase("categories"); }},
      {"no list \"images\"", [](Json& j) { j.erase("images"); }},
      {"\"categories\" is an empty list", [](Json& j) { j["categories"] = Json::array(); }},
      {"\"images\" is no list", [](Json& j) { j["images"] = 3; }},
      {"not an annotation file", [](Json& j) { j = Json::array(); }},
      {"annotation 10: the number of keypoints does not fit", [](Json& j) { j["annotations"][0]["keypoints"] = {1, 2, 2}; }},
      {"annotation 10: wrong type", [](Json& j) { j["annotations"][0]["keypoints"][1] = "2"; }},
      {"\"bbox\" has a negative size", [](Json& j) { j["annotations"][0]["bbox"] = {0, 0, -1, 2}; }},
      {"\"bbox\" has not four numbers", [](Json& j) { j["annotations"][0]["bbox"] = {0, 0, 1}; }},
      {"\"area\" is negative", [](Json& j) { j["annotations"][0]["area"] = -1; }},
      {"\"image_id\" is missing", [](Json& j) { j["annotations"][1].erase("image_id"); }},
      {"\"id\" is missing", [](Json& j) { j["images"][0].erase("id"); }},
      {"nothing says how many keypoints",
       [](Json& j) {
         j["categories"][0].erase("keypoints");
         j["annotations"][0].erase("keypoints");
       }},
  }));
  const auto text = truth_error(change);
  REQUIRE_THAT(text, test::ContainsSubstring(expected));
  REQUIRE_THAT(text, test::ContainsSubstring("gt.json"));
  REQUIRE_THAT(text, test::ContainsSubstring("\n  found     "));
  REQUIRE_THAT(text, test::ContainsSubstring("\n  expected  "));
}

TEST_CASE("wrong results are named", "[metric][error]") {
  const auto [expected, change] = GENERATE(table<std::string, Change>({
      {"result no. 0: its image does not exist in gt.json", [](Json& j) { j[0]["image_id"] = 5; }},
      {"result no. 0: its category does not exist", [](Json& j) { j[0]["category_id"] = 5; }},
      {"\"score\" is no number", [](Json& j) { j[0]["score"] = "0.5"; }},
      {"\"score\" is no number", [](Json& j) { j[0]["score"] = nullptr; }},
      {"\"score\" is missing", [](Json& j) { j[0].erase("score"); }},
      {"\"keypoints\" is missing", [](Json& j) { j[0].erase("keypoints"); }},
      {"expected  6: x, y, score of the 2 keypoints", [](Json& j) { j[0]["keypoints"].push_back(1); }},
      {"result no. 1: \"bbox\" is missing",
       [](Json& j) {
         j.push_back(j[0]);
         j[0]["bbox"] = {1, 2, 3, 4};
       }},
      {"results are not a list",
       [](Json& j) {
         j = Json{{"annotations", j}};
       }},
      {"there are no results", [](Json& j) { j = Json::array(); }},
      {"result no. 0: not an object", [](Json& j) { j[0] = 3; }},
      {"no whole number", [](Json& j) { j[0]["image_id"] = 2.5; }},
  }));
  const auto text = results_error(change);
  REQUIRE_THAT(text, test::ContainsSubstring(expected));
  REQUIRE_THAT(text, test::ContainsSubstring("\n  found     "));
  REQUIRE_THAT(text, test::ContainsSubstring("\n  expected  "));
}

TEST_CASE("numbers that JSON does not have are named", "[metric][error]") {
  const auto with = [](const std::string& score) {
    return R"([{"image_id": 2, "keypoints": [1, 2, 1, 3, 4, 1],)"
           "\n"
           R"("score": )" +
           score + "}]";
  };
  REQUIRE_THAT(results_error(with("NaN")),
               test::ContainsSubstring("dt.json:2: result no. 0: NaN is no number"));
  REQUIRE_THAT(results_error(with("-Infinity")), test::ContainsSubstring("-Infinity is no number"));
  REQUIRE_THAT(results_error(with("1e999")), test::ContainsSubstring("too large"));
  REQUIRE(results_error(with("1e-999")) == "(no error)");
}

TEST_CASE("results of unknown images can be left out", "[metric]") {
  const auto truth = parse_coco_truth(truth_json().dump(), "gt.json");
  auto json = results_json();
  json.push_back(json[0]);
  json[0]["image_id"] = 99;
  const auto read = parse_coco_results(json.dump(), "dt.json", truth, {true});
  REQUIRE((read.results.size() == 1 && read.skipped == 1 && read.points.size() == 4));
}

TEST_CASE("files that cannot be read are named", "[metric][error]") {
  const test::TempFolder folder;
  const auto missing = (folder.path() / "none.json").string();
  REQUIRE_THAT(test::error_of([&] { (void)read_coco_truth(missing); }),
               test::ContainsSubstring("none.json: cannot be read"));
  REQUIRE_THAT(test::error_of([&] { (void)read_coco_truth(folder.path()); }),
               test::ContainsSubstring("a folder"));
}
