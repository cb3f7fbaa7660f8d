// Metrics and transforms of plugins (drafts): the SDK's examples in runs.
#include <cmath>

#include "data/sample.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "train/evaluator.hpp"

using test::ContainsSubstring;

namespace {

// A step before ToTensor.
ph::RunOptions with_step(const test::TempFolder& folder, const ph::Json& step,
                         const std::string& patch = "{}") {
  auto json =
      ph::load_config(POSEHOST_SOURCE_DIR "/configs/quickstart.json").json()["data"]["train"]["pipeline"];
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i]["type"] != "ToTensor") continue;
    json.insert(json.begin() + static_cast<std::ptrdiff_t>(i), step);
    break;
  }
  auto patched = ph::Json::parse(patch);
  patched["data"]["train"]["pipeline"] = json;
  auto options = test::small_run(folder.path(), patched.dump());
  options.plugin_dirs = {POSEHOST_BUILD_DIR "/tests/drafts"};
  return options;
}

std::vector<float> first_image(const ph::RunOptions& options, std::int64_t epoch) {
  auto plan = ph::make_plan(options);
  const auto sample = plan.train->dataset().sample(0, 0, epoch);
  const auto values = sample.img.values();
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("A plugin's transform changes the crop, by the run's random numbers alone", "[train][draft]") {
  const test::TempFolder folder, plain, again;
  const ph::Json noise{{"type", "PixelNoise"}, {"strength", 20}, {"prob", 1}};
  const auto with = first_image(with_step(folder, noise), 0);
  CHECK(with == first_image(with_step(again, noise), 0));
  CHECK(with != first_image(with_step(folder, noise), 1));
  const auto without =
      first_image(with_step(plain, {{"type", "PixelNoise"}, {"strength", 0}, {"prob", 1}}), 0);
  REQUIRE(with.size() == without.size());
  // 20 of 255, over ImageNet's deviations of at least 0.224.
  for (std::size_t i = 0; i < with.size(); ++i) REQUIRE(std::abs(with[i] - without[i]) < 21 / 255.0 / 0.22);
}

TEST_CASE("A plugin's transform is refused where it does not fit", "[train][draft][error]") {
  const test::TempFolder folder;
  const auto refused = [&](const ph::Json& step) {
    return test::error_of([&] { (void)ph::make_plan(with_step(folder, step)); });
  };
  CHECK_THAT(refused({{"type", "PixelNoise"}, {"strength", 256}}), ContainsSubstring("0 to 255"));
  CHECK_THAT(refused({{"type", "PixelNois"}}), ContainsSubstring("there is no transform \"PixelNois\""));
  const std::string early =
      R"({"data": {"train": {"pipeline": [{"type": "PixelNoise"}, {"type": "Collect", "keys": [], "meta_keys": []}]}}})";
  auto options = test::small_run(folder.path(), early);
  options.plugin_dirs = {POSEHOST_BUILD_DIR "/tests/drafts"};
  CHECK_THAT(test::error_of([&] { (void)ph::make_plan(options); }), ContainsSubstring("needs the crop"));
}

TEST_CASE("A plugin's metric is evaluated beside the host's", "[train][draft]") {
  const test::TempFolder folder;
  auto options = test::small_run(folder.path(), R"({"evaluation": {"metric":
      ["EPE", {"type": "org.example.metrics/MedianError", "relative": true}]}})");
  options.plugin_dirs = {POSEHOST_BUILD_DIR "/tests/drafts"};
  auto plan = ph::make_plan(options);
  const auto values = ph::evaluate(plan);
  REQUIRE(values.size() == 2);
  CHECK(values[1].first == "MedianError");
  // A net that has learnt nothing: some pixels of a box that is hundreds wide.
  CHECK((values[0].second > 1 && values[1].second > 0 && values[1].second < 1));

  options = test::small_run(
      folder.path(),
      R"({"evaluation": {"metric": ["MedianError", {"type": "org.example.metrics/MedianError", "relative": true}]}})");
  options.plugin_dirs = {POSEHOST_BUILD_DIR "/tests/drafts"};
  auto twice = ph::make_plan(options);
  CHECK_THAT(test::error_of([&] { (void)ph::evaluate(twice); }),
             ContainsSubstring("two metrics report \"MedianError\""));
}

TEST_CASE("A metric that nobody has is refused, with and without plugins", "[train][draft][error]") {
  const test::TempFolder folder;
  for (const char* metric : {R"("MedianEror")", R"({"type": "MedianEror"})"}) {
    auto options =
        test::small_run(folder.path(), R"({"evaluation": {"metric": )" + std::string(metric) + "}}");
    options.plugin_dirs = {POSEHOST_BUILD_DIR "/tests/drafts"};
    CHECK_THAT(test::error_of([&] { (void)ph::make_plan(options); }), ContainsSubstring("MedianEror"));
  }
}
