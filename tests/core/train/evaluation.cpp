// mAP during training: its files, its keys, a detector's boxes.
#include <fstream>

#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using test::ContainsSubstring;

TEST_CASE("mAP in training writes results, keys of mmpose and the best checkpoint", "[train]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path(), R"({
    "total_epochs": 1, "evaluation": {"interval": 1, "metric": "mAP", "save_best": "mAP"}})"));
  REQUIRE(plan.metrics.size() == 1);
  CHECK_THAT(plan.metrics[0]->assumptions().at(0), ContainsSubstring("which these are not by their names"));
  const auto result = test::train(plan);
  REQUIRE(result.metrics.size() == 10);
  CHECK(result.metrics.front().first == "AP");
  CHECK(result.metrics.back().first == "AR (L)");
  const auto row = test::rows(plan, "val").at(0);
  CHECK(row.contains("AP .5"));
  CHECK(std::filesystem::exists(plan.work_dir / "best_AP_epoch_1.safetensors"));
  const auto file = ph::Json::parse(test::bytes_of(plan.work_dir / "result_keypoints.json"));
  CHECK(file.size() == static_cast<std::size_t>(plan.val->dataset().size()));
  CHECK(file.at(0).at("keypoints").size() == 3 * 17);
}

TEST_CASE("a detector's boxes are what is predicted and judged by mAP alone", "[train]") {
  const test::TempFolder folder;
  const auto val = ph::Json::parse(test::bytes_of(POSEHOST_SOURCE_DIR "/configs/data/mirror_mouse/val.json"));
  ph::Json boxes = ph::Json::array();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& annotation = val.at("annotations").at(i);
    boxes.push_back({{"image_id", annotation.at("image_id")},
                     {"category_id", annotation.at("category_id")},
                     {"bbox", annotation.at("bbox")},
                     {"score", 0.5}});
  }
  const auto file = folder.path() / "boxes.json";
  std::ofstream(file) << boxes.dump();
  const auto patch = [&](const std::string& metric) {
    return R"({"total_epochs": 1, "evaluation": {"interval": 1, "save_best": null, "metric": ")" + metric +
           R"("}, "data": {"val": {"data_cfg": {"use_gt_bbox": false, "bbox_file": ")" + file.string() +
           "\"}}}}";
  };
  auto plan = ph::make_plan(test::small_run(folder.path(), patch("mAP")));
  (void)test::train(plan);
  const auto results = ph::Json::parse(test::bytes_of(plan.work_dir / "result_keypoints.json"));
  CHECK(results.size() == 3);
  CHECK_THAT(test::error_of([&] { (void)ph::make_plan(test::small_run(folder.path(), patch("PCK"))); }),
             ContainsSubstring("use_gt_bbox"));
}
