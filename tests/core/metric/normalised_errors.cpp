// NME and PCKh, which divide by a size of each instance.
#include "metric/keypoint_metrics.hpp"
#include "metric/pckh.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"

using namespace ph;

namespace {

struct Case {
  nlohmann::ordered_json golden = test::golden("oks.json").at("errors");
  std::vector<Instance> instances;
  std::vector<Prediction> predictions;

  Case() {
    for (std::size_t i = 0; i < golden.at("gt").size(); ++i) {
      Instance instance;
      instance.bbox = {0, 0, 10, 10};
      instance.joints = golden.at("gt")[i].get<std::vector<float>>();
      instance.visible = golden.at("visible")[i].get<std::vector<float>>();
      instance.head_size = golden.at("head_size")[i].get<double>();
      instance.box_size = golden.at("box_size")[i].get<double>();
      Prediction prediction;
      prediction.instance = i;
      const auto pred = golden.at("pred")[i].get<std::vector<float>>();
      for (std::size_t k = 0; k < pred.size(); k += 2) {
        prediction.keypoints.insert(prediction.keypoints.end(), {pred[k], pred[k + 1], 1.0F});
      }
      instances.push_back(instance);
      predictions.push_back(prediction);
    }
  }
  [[nodiscard]] std::map<std::string, double> pckh(const PckhRules& rules) const {
    DatasetInfo info;
    info.name = "mpii";
    const auto values = Pckh(0.5, rules).evaluate(instances, predictions, info);
    return {values.begin(), values.end()};
  }
};

}  // namespace

TEST_CASE("NME equals mmpose's with each normaliser", "[metric][golden]") {
  const Case made;
  const std::string norm = GENERATE("head_size", "box_size", "0,1");
  const auto value =
      Nme(*parse_normaliser(norm)).evaluate(made.instances, made.predictions, {}).front().second;
  // mmpose adds in single precision.
  REQUIRE_THAT(value, test::WithinRel(made.golden.at("nme " + norm).get<double>(), 1e-6));
}

TEST_CASE("NME by two keypoints leaves out instances where one is not labelled", "[metric]") {
  Case made;
  for (auto& instance : made.instances) instance.visible[0] = instance.visible[1] = 1;
  made.instances[3].visible[1] = 0;
  const auto norms = norms_of(made.instances, *parse_normaliser("0,1"));
  REQUIRE((norms[3] == 0 && norms[2] > 0));
}

TEST_CASE("PCKh of MPII equals mmpose's", "[metric][golden]") {
  const Case made;
  const auto strict = made.pckh({false, false});
  for (const char* part : {"Head", "Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle"}) {
    REQUIRE_THAT(
        strict.at(part),
        test::WithinRel(made.golden.at("mpii_strict").at(part + std::string(" PCK")).get<double>(), 1e-9));
  }
  REQUIRE_THAT(strict.at("PCKh"),
               test::WithinRel(made.golden.at("mpii_strict").at("PCK").get<double>(), 1e-9));
  // mmpose keeps shares in single precision here.
  REQUIRE_THAT(strict.at("PCKh@0.1"),
               test::WithinRel(made.golden.at("mpii_strict").at("PCK@0.1").get<double>(), 1e-6));
  const auto& inclusive = made.golden.at("mpii_inclusive");
  REQUIRE_THAT(made.pckh({true, false}).at("PCKh@0.1"),
               test::WithinRel(inclusive.at("PCKh@0.1").get<double>(), 1e-9));
  REQUIRE_THAT(made.pckh({true, true}).at("PCKh@0.1"),
               test::WithinRel(inclusive.at("PCKh@0.1 at 0.11").get<double>(), 1e-9));
}

TEST_CASE("a point exactly at PCKh's threshold is right or wrong by rule", "[metric]") {
  Case made;
  for (std::size_t i = 0; i < made.instances.size(); ++i) {
    made.instances[i].head_size = 2;
    for (std::size_t k = 0; k < 16; ++k) {
      made.predictions[i].keypoints[3 * k] = made.instances[i].joints[2 * k] = 5;
      made.predictions[i].keypoints[3 * k + 1] = 1 + (made.instances[i].joints[2 * k + 1] = 7);
    }
  }
  REQUIRE(made.pckh({true, false}).at("PCKh") == 100);
  REQUIRE(made.pckh({false, false}).at("PCKh") == 0);
}

TEST_CASE("elsewhere PCKh is a share at its threshold", "[metric]") {
  const Case made;
  const auto values = Pckh(0.7, {}).evaluate(made.instances, made.predictions, {});
  REQUIRE(
      (values.size() == 1 && values[0].first == "PCKh" && values[0].second > 0.8 && values[0].second < 1));
}

TEST_CASE("a size that is missing is named", "[metric][error]") {
  Case made;
  made.instances[2].annotation_id = 77;
  made.instances[2].head_size = 0;
  const auto text =
      test::error_of([&] { (void)Pckh(0.7, {}).evaluate(made.instances, made.predictions, {}); });
  REQUIRE_THAT(text, test::ContainsSubstring("annotation 77: \"head_size\" is missing or 0"));
  REQUIRE_THAT(test::error_of([&] { (void)norms_of(made.instances, *parse_normaliser("3,99")); }),
               test::ContainsSubstring("numbers from 0 to 15"));
}

TEST_CASE("normalisers by name", "[metric]") {
  REQUIRE(parse_normaliser("60,72")->second == 72);
  REQUIRE(normaliser_of_dataset("wflw")->first == 60);
  REQUIRE(normaliser_of_dataset("aflw")->kind == Normaliser::Kind::box_size);
  REQUIRE_FALSE(normaliser_of_dataset("coco"));
  for (const char* text : {"", "60", "60,", "60,60", "a,b", "bbox", "1,2,3", "-1,2"})
    REQUIRE_FALSE(parse_normaliser(text));
}
