#include "metric/coco_map.hpp"

#include <nlohmann/json.hpp>

#include "core/metric/okseval.hpp"
#include "metric/oks.hpp"
#include "metric/oks_evaluation.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using namespace ph;

namespace {

// The network finds what is annotated in coco4, moved by 2 %, with the scores of mmpose's own test.
struct Run {
  test::TempFolder folder;
  MetricContext context;
  DatasetInfo info;
  std::vector<Instance> instances;
  std::vector<Prediction> predictions;

  Run() {
    const test::OksCase one("mmpose_bbox_rle");
    context.annotation_file = test::okseval("mmpose_bbox_rle/gt.json");
    context.results_file = folder.path() / "result_keypoints.json";
    context.info = &info;
    info.keypoints = one.truth.main_category().keypoints;
    info.sigmas = coco_sigmas();
    for (std::size_t i = 0; i < one.results.results.size(); ++i) {
      const auto& result = one.results.results[i];
      Instance instance;
      instance.image_id = one.truth.images[result.image];
      instance.annotation_id = one.truth.objects[i].id;
      instance.bbox_score = result.score;
      instances.push_back(instance);
      Prediction prediction;
      prediction.instance = i;
      for (std::size_t k = 0; k < 17; ++k) {
        const double* point = &one.results.points[2 * (17 * i + k)];
        prediction.keypoints.insert(prediction.keypoints.end(),
                                    {static_cast<float>(point[0]), static_cast<float>(point[1]), 1});
      }
      prediction.center = {10, 20};
      prediction.scale = {1, 1.5F};
      predictions.push_back(prediction);
    }
  }
  std::map<std::string, double> evaluate(const CocoMapOptions& options) {
    const auto values = CocoMap(context, options).evaluate(instances, predictions, info);
    return {values.begin(), values.end()};
  }
};

CocoMapOptions plain() {
  CocoMapOptions options;
  options.score = ScoreMode::bbox;
  options.nms = NmsMode::none;
  return options;
}

}  // namespace

TEST_CASE("mAP of predictions is that of their result file", "[metric][golden]") {
  Run run;
  const auto values = run.evaluate(plain());
  const auto expected = test::OksCase("mmpose_bbox_rle").expected.at("computed");
  // Predictions are single precision.
  for (const auto& [name, value] : expected.items())
    REQUIRE_THAT(values.at(name), test::WithinAbs(value.get<double>(), 1e-9));

  const auto truth = read_coco_truth(run.context.annotation_file);
  const auto again = evaluate_oks(truth, read_coco_results(run.context.results_file, truth), {coco_sigmas()});
  for (std::size_t i = 0; i < again.size(); ++i) REQUIRE(again[i] == values.at(oks_names()[i]));
  const auto file = nlohmann::json::parse(test::read_all(run.context.results_file));
  REQUIRE(file.size() == run.predictions.size());
  for (const char* key : {"category_id", "center", "image_id", "keypoints", "scale", "score"})
    REQUIRE(file[0].contains(key));
  REQUIRE(file[0]["keypoints"].size() == 51);
}

TEST_CASE("of predictions that are nearly the same NMS keeps the best", "[metric]") {
  Run run;
  const auto count = run.predictions.size();
  for (std::size_t i = 0; i < count; ++i) {
    run.instances.push_back(run.instances[i]);
    run.instances.back().bbox_score *= 0.5;
    run.predictions.push_back(run.predictions[i]);
    run.predictions.back().instance = count + i;
  }
  auto options = plain();
  run.evaluate(options);
  REQUIRE(nlohmann::json::parse(test::read_all(run.context.results_file)).size() == 2 * count);
  options.nms = NmsMode::oks_nms;
  run.evaluate(options);
  REQUIRE(nlohmann::json::parse(test::read_all(run.context.results_file)).size() <= count);
}

TEST_CASE("sigmas that are not known are assumed and said", "[metric]") {
  Run run;
  REQUIRE(CocoMap(run.context, plain()).assumptions().empty());
  run.info.sigmas.clear();
  const auto said = CocoMap(run.context, plain()).assumptions();
  REQUIRE((said.size() == 1 && said[0].find("COCO's 17 keypoints") != std::string::npos));
  REQUIRE(assume_sigmas({}, 4).sigmas == std::vector<double>{0.25, 0.25, 0.25, 0.25});
  REQUIRE_THAT(assume_sigmas({}, 4).said, test::ContainsSubstring("1/4 = 0.2500"));
  std::vector<std::string> mouse(17, "paw");
  REQUIRE_THAT(assume_sigmas(mouse, 17).said, test::ContainsSubstring("which these are not"));
}

TEST_CASE("a prediction that is no number ends the run", "[metric][error]") {
  Run run;
  run.predictions[3].keypoints[4] = std::numeric_limits<float>::quiet_NaN();
  try {
    run.evaluate(plain());
    FAIL("no error");
  } catch (const Error& error) {
    REQUIRE(error.exit_code() == 7);
  }
}

TEST_CASE("no prediction at all is an AP of 0", "[metric]") {
  Run run;
  run.predictions.clear();
  REQUIRE(run.evaluate({}).at("AP") == 0);
}
