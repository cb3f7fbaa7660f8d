#include "metric/keypoint_metrics.hpp"

#include <cmath>
#include <limits>

#include "metric/keypoint_errors.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace ph;

namespace {

struct Case {
  std::vector<Instance> instances;
  std::vector<Prediction> predictions;
};

Case golden_case(const nlohmann::ordered_json& golden) {
  Case made;
  for (std::size_t i = 0; i < golden.at("gt").size(); ++i) {
    Instance instance;
    Prediction prediction;
    prediction.instance = i;
    for (std::size_t a = 0; a < 4; ++a) instance.bbox[a] = golden.at("bbox_xywh")[i][a].get<double>();
    for (std::size_t k = 0; k < golden.at("gt")[i].size(); ++k) {
      instance.visible.push_back(golden.at("visible")[i][k].get<float>());
      for (std::size_t a = 0; a < 2; ++a) {
        instance.joints.push_back(golden.at("gt")[i][k][a].get<float>());
        prediction.keypoints.push_back(golden.at("pred")[i][k][a].get<float>());
      }
      prediction.keypoints.push_back(1);
    }
    made.instances.push_back(instance);
    made.predictions.push_back(prediction);
  }
  return made;
}

/// One instance with a box of 100 x 50 and one labelled point at the origin; predicted at (x, y).
Case one_point(float x, float y) {
  Case made;
  made.instances.resize(1);
  made.instances[0].bbox = {0, 0, 100, 50};
  made.instances[0].joints = {0, 0, 0, 0};
  made.instances[0].visible = {1, 0};
  made.predictions.resize(1);
  made.predictions[0].keypoints = {x, y, 1, 1000, 1000, 1};
  return made;
}

double pck(const Case& made, double threshold) {
  return KeypointErrors(made.instances, made.predictions).pck_of_box({threshold}).front();
}

}  // namespace

TEST_CASE("PCK, AUC and EPE equal mmpose's", "[metric][golden]") {
  const auto golden = test::golden("metrics.json");
  const auto made = golden_case(golden);
  for (const auto& row : golden.at("pck")) {
    const auto result =
        Pck("PCK", row.at("thr").get<double>()).evaluate(made.instances, made.predictions, {});
    REQUIRE(result.front().first == "PCK");
    // Ratios of small counts: only the order of additions differs.
    REQUIRE_THAT(result.front().second, test::WithinRel(row.at("mean").get<double>(), 1e-12));
  }
  const auto auc = Auc(golden.at("auc_norm").get<double>()).evaluate(made.instances, made.predictions, {});
  REQUIRE_THAT(auc.front().second, test::WithinRel(golden.at("auc").get<double>(), 1e-12));
  // mmpose adds float32 distances in float32.
  const auto epe = Epe().evaluate(made.instances, made.predictions, {});
  REQUIRE_THAT(epe.front().second, test::WithinRel(golden.at("epe").get<double>(), 1e-6));
}

TEST_CASE("a point exactly at the threshold does not count", "[metric]") {
  REQUIRE(pck(one_point(20, 0), 0.2) == 0);  // 20 of the longer side, 100
  REQUIRE(pck(one_point(std::nextafter(20.0F, 0.0F), 0), 0.2) == 1);
  REQUIRE(pck(one_point(12, 16), 0.2) == 0);
}

TEST_CASE("an instance without a prediction counts as wrong", "[metric]") {
  auto made = one_point(0, 0);
  made.instances.push_back(made.instances[0]);
  const KeypointErrors errors(made.instances, made.predictions);
  REQUIRE(errors.pck_of_box({0.2}).front() == 0.5);
  REQUIRE(errors.pck_of_pixels({0.5}, 30).front() == 0.5);
  REQUIRE(errors.mean_distance() == 50);  // 0 and the longer side of the box
}

TEST_CASE("of two predictions for an instance the first counts", "[metric]") {
  auto made = one_point(0, 0);
  made.predictions.push_back(one_point(90, 0).predictions[0]);
  REQUIRE(pck(made, 0.2) == 1);
}

TEST_CASE("predictions that are not numbers count as wrong", "[metric]") {
  REQUIRE(pck(one_point(std::numeric_limits<float>::quiet_NaN(), 0), 0.2) == 0);
}

TEST_CASE("nothing labelled gives 0, as in mmpose", "[metric]") {
  auto made = one_point(0, 0);
  made.instances[0].visible = {0, 0};
  const KeypointErrors errors(made.instances, made.predictions);
  REQUIRE(errors.pck_of_box({0.2}).front() == 0);
  REQUIRE(errors.mean_distance() == 0);
  REQUIRE(KeypointErrors({}, {}).pck_of_box({0.2}).front() == 0);
}

TEST_CASE("a box of no size is left out of PCK", "[metric]") {
  auto made = one_point(90, 0);
  made.instances.push_back(made.instances[0]);
  made.predictions.push_back(made.predictions[0]);
  made.predictions[1].instance = 1;
  made.predictions[1].keypoints[0] = 0;
  made.instances[0].bbox = {0, 0, 0, 0};
  REQUIRE(pck(made, 0.2) == 1);
}
