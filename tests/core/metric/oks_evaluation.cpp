#include "metric/oks_evaluation.hpp"

#include "core/metric/okseval.hpp"
#include "metric/oks.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"

using namespace ph;

namespace {

using Json = nlohmann::ordered_json;

// One person of 100 x 100 with two points at (10, 10) and (90, 90), area 10 000.
Json one_person() {
  return Json::parse(
      R"({"images": [{"id": 1}], "categories": [{"id": 1}], "annotations": [{"id": 1, "image_id": 1,
    "category_id": 1, "iscrowd": 0, "area": 10000, "bbox": [0, 0, 100, 100], "num_keypoints": 2,
    "keypoints": [10, 10, 2, 90, 90, 1]}]})");
}

Json found(double dx, double score = 0.5) {
  return {
      {"image_id", 1}, {"category_id", 1}, {"score", score}, {"keypoints", {10 + dx, 10, 1, 90 + dx, 90, 1}}};
}

OksSummary summary(const Json& truth, const std::vector<Json>& results, bool use_area = true) {
  const auto read = parse_coco_truth(truth.dump(), "gt.json");
  return evaluate_oks(read, parse_coco_results(Json(results).dump(), "dt.json", read),
                      {{0.1, 0.1}, use_area});
}

}  // namespace

TEST_CASE("OKS AP and AR equal pycocotools'", "[metric][golden]") {
  const std::string name = GENERATE("coco4", "fce", "mmpose_bbox_rle");
  CAPTURE(name);
  const test::OksCase one(name);
  const auto ours = evaluate_oks(one.truth, one.results, {coco_sigmas()});
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CAPTURE(oks_names()[i]);
    // The same counts: only the order of additions differs.
    REQUIRE_THAT(ours[i],
                 test::WithinAbs(one.expected.at("computed").at(oks_names()[i]).get<double>(), 1e-12));
  }
}

TEST_CASE("ties, crowds, empty objects and several categories are pycocotools' too", "[metric][golden]") {
  const auto golden = test::golden("oks.json").at("crowd");
  const auto truth = parse_coco_truth(golden.at("truth").dump(), "gt.json");
  const auto results = parse_coco_results(golden.at("results").dump(), "dt.json", truth);
  const auto ours = evaluate_oks(truth, results, {coco_sigmas()});
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CAPTURE(oks_names()[i]);
    REQUIRE_THAT(ours[i], test::WithinAbs(golden.at("stats")[i].get<double>(), 1e-12));
  }
  // mmpose's copy of the tool leaves room for a sign.
  const auto lines = oks_lines(ours);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto line = golden.at("lines")[i].get<std::string>();
    REQUIRE(lines[i] == line.insert(line.find("] = ") + 4, " "));
  }
}

TEST_CASE("the similarity of every result with every object is pycocotools'", "[metric][golden]") {
  const test::OksCase one("coco4");
  const Oks oks(coco_sigmas());
  for (std::size_t image = 0; image < one.truth.images.size(); ++image) {
    const auto& matrix = one.expected.at("oks").at(std::to_string(one.truth.images[image]));
    std::vector<std::size_t> results;
    for (std::size_t i = 0; i < one.results.results.size(); ++i) {
      if (one.results.results[i].image == image) results.push_back(i);
    }
    std::stable_sort(results.begin(), results.end(), [&](auto a, auto b) {
      return one.results.results[a].score > one.results.results[b].score;
    });
    for (std::size_t i = 0; i < matrix.size(); ++i) {
      std::size_t column = 0;
      for (const auto& object : one.truth.objects) {
        if (object.image != image) continue;
        const auto expected = matrix[i][column++].get<double>();
        if (object.num_keypoints == 0) continue;
        const double ours = oks.of_points(&one.results.points[34 * results[i]], one.truth.points_of(object),
                                          one.truth.labels_of(object), *object.area);
        REQUIRE_THAT(ours, test::WithinAbs(expected, 1e-15) || test::WithinRel(expected, 1e-12));
      }
    }
  }
}

TEST_CASE("without areas, 0.53 of the box counts", "[metric]") {
  auto truth = one_person();
  // d^2 / (2 (2 s)^2 a) = 100 / (0.08 a): with 5300 the similarity is .79, with 10 000 .88.
  REQUIRE_THAT(summary(truth, {found(10)}, true)[0], test::WithinAbs(0.8, 1e-9));
  REQUIRE_THAT(summary(truth, {found(10)}, false)[0], test::WithinAbs(0.6, 1e-9));
  truth["annotations"][0].erase("area");
  REQUIRE_THAT(summary(truth, {found(0)}, false)[0], test::WithinAbs(1, 1e-9));
  REQUIRE_THAT(test::error_of([&] { summary(truth, {found(0)}, true); }),
               test::ContainsSubstring("--no-use-area"));
}

TEST_CASE("what is not there to be found is -1", "[metric]") {
  const auto values = summary(one_person(), {found(0)});
  REQUIRE(values[3] == -1);  // no object of medium size
  REQUIRE_THAT(values[4], test::WithinAbs(1, 1e-9));
  REQUIRE_THAT(oks_lines(values)[3], test::ContainsSubstring("] = -1.000"));
  auto truth = one_person();
  truth["annotations"][0]["num_keypoints"] = 0;
  for (const double value : summary(truth, {found(0)})) REQUIRE(value == -1);
}

TEST_CASE("an annotation with the id 0 can be matched", "[metric]") {
  auto truth = one_person();
  truth["annotations"][0]["id"] = 0;
  REQUIRE_THAT(summary(truth, {found(0)})[0], test::WithinAbs(1, 1e-9));
}

TEST_CASE("a result in a crowd or in the doubled box of an unlabelled object does not count as wrong",
          "[metric]") {
  auto truth = one_person();
  auto unlabelled = truth["annotations"][0];
  unlabelled["id"] = 2;
  unlabelled["num_keypoints"] = 0;
  unlabelled["bbox"] = {1000, 1000, 100, 100};
  unlabelled["keypoints"] = {0, 0, 0, 0, 0, 0};
  truth["annotations"].push_back(unlabelled);
  const auto at = [](double x) {
    return Json{{"image_id", 1}, {"category_id", 1}, {"score", 0.9}, {"keypoints", {x, x, 1, x, x, 1}}};
  };
  REQUIRE_THAT(summary(truth, {found(0), at(1190)})[0], test::WithinAbs(1, 1e-9));
  REQUIRE_THAT(summary(truth, {found(0), at(1900)})[0], test::WithinAbs(0.5, 1e-9));
}

TEST_CASE("what evaluation cannot do without is named", "[metric][error]") {
  auto truth = one_person();
  truth["annotations"][0]["bbox"] = {0, 0, 0, 100};
  REQUIRE_THAT(test::error_of([&] { summary(truth, {found(0)}, false); }),
               test::ContainsSubstring("annotation 1: its box has no area"));
  truth["annotations"][0].erase("bbox");
  REQUIRE_THAT(test::error_of([&] { summary(truth, {found(0)}, false); }),
               test::ContainsSubstring("\"bbox\" is missing"));
  const auto read = parse_coco_truth(one_person().dump(), "gt.json");
  REQUIRE_THAT(test::error_of([&] { (void)evaluate_oks(read, {}, {{0.1}}); }),
               test::ContainsSubstring("expected  2, one per keypoint"));
}
