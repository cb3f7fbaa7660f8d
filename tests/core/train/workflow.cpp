#include <cmath>

#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "tools/picture.hpp"

#include <opencv2/imgcodecs.hpp>

TEST_CASE("Validation in the workflow reports real losses and changes nothing", "[train][workflow]") {
  const test::TempFolder folder;
  auto plain = ph::make_plan(test::small_run(folder.path(), R"({"evaluation": null})"));
  (void)test::train(plain);
  auto with_val = ph::make_plan(test::small_run(
      folder.path(), R"({"evaluation": null, "workflow": [["train", 1], ["val", 1]], "work_dir": ")" +
                         (folder.path() / "val").string() + "\"}"));
  (void)test::train(with_val);
  const auto rows = test::rows(with_val, "val");
  REQUIRE(rows.size() == 2);
  for (const auto& row : rows) {
    CHECK(row.at("heatmap_loss").get<double>() > 0);
    CHECK(row.at("loss") == row.at("heatmap_loss"));
  }
  // Training goes on as if nobody had looked.
  const auto a = test::rows(plain, "train"), b = test::rows(with_val, "train");
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i].at("loss") == b[i].at("loss"));
}

TEST_CASE("An iteration-based run ends after its iterations", "[train][workflow]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path(), R"({
    "total_epochs": null, "runner": {"type": "IterBasedRunner", "max_iters": 7}, "lr_config": {"step": [4]},
    "evaluation": {"interval": 5}, "checkpoint_config": {"interval": 7}})"));
  const auto result = test::train(plan);
  CHECK(result.finished);
  const auto rows = test::rows(plan, "train");
  REQUIRE(rows.size() == 7);
  CHECK(rows[3].at("lr") == 0.002);
  CHECK_THAT(rows[4].at("lr").get<double>(), test::WithinRel(0.0002, 1e-12));
  CHECK(test::rows(plan, "val").size() >= 1);
  CHECK(std::filesystem::exists(plan.work_dir / "iter_7.safetensors"));
}

TEST_CASE("Gradient clipping bounds the update and logs the norm", "[train]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path(), R"({
    "total_epochs": 1, "evaluation": null, "lr_config": null, "optimizer": {"type": "SGD", "lr": 1.0},
    "optimizer_config": {"grad_clip": {"max_norm": 1e-6, "norm_type": 2}}})"));
  std::vector<at::Tensor> before;
  for (const auto& p : plan.model->parameters()) before.push_back(p.detach().clone());
  (void)test::train(plan);
  double moved = 0;
  std::size_t i = 0;
  for (const auto& p : plan.model->parameters())
    moved += (p.detach() - before[i++]).square().sum().item<double>();
  // Five updates of at most lr * max_norm each.
  CHECK(std::sqrt(moved) > 0);
  CHECK(std::sqrt(moved) <= 5e-6 * 1.01);
  CHECK(test::rows(plan, "train").front().at("grad_norm").get<double>() > 1e-6);
}

TEST_CASE("A loss that is no number ends the run and keeps what was saved", "[train][error]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(
      test::small_run(folder.path(), R"({"evaluation": null, "lr_config": null, "total_epochs": 3,
    "optimizer": {"type": "SGD", "lr": 1e30}, "checkpoint_config": {"interval": 1, "by_epoch": false}})"));
  std::filesystem::create_directories(plan.work_dir);
  try {
    (void)test::train(plan);
    FAIL("the run went on");
  } catch (const ph::Error& error) {
    CHECK(error.exit_code() == 7);
    CHECK_THAT(error.what(), test::ContainsSubstring("the loss is"));
  }
  CHECK(std::filesystem::exists(plan.work_dir / "iter_1.safetensors"));
}

TEST_CASE("The picture shows true and predicted points where they are", "[tools]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path()));
  const auto& dataset = plan.val->dataset();
  const auto& instance = dataset.instances().at(0);
  ph::Prediction prediction;
  // Every prediction on the true point, but the first, which is far off.
  for (std::size_t k = 0; k < instance.visible.size(); ++k) {
    prediction.keypoints.insert(prediction.keypoints.end(),
                                {instance.joints[2 * k], instance.joints[2 * k + 1], 1.0F});
  }
  prediction.keypoints[0] = 200;
  prediction.keypoints[1] = 200;
  const auto file = folder.path() / "picture.png";
  ph::write_samples_picture(file, dataset, {prediction}, {1, 1, 406});
  const cv::Mat picture = cv::imread(file.string());
  REQUIRE(picture.cols == 406);
  REQUIRE(picture.rows == 406);
  // 406 pixels is the images' own height: points stand at their own coordinates.
  REQUIRE(instance.visible[1] > 0);
  const cv::Point truth(cvRound(instance.joints[2]), cvRound(instance.joints[3]));
  const auto ring = picture.at<cv::Vec3b>(truth + cv::Point(6, 0));
  CHECK(ring[1] > 200);  // green, all but pure
  CHECK(ring[0] < 120);
  const auto far = picture.at<cv::Vec3b>(200, 200);
  CHECK(std::abs(far[0] - far[1]) + std::abs(far[1] - far[2]) > 60);  // a colour on a grey frame
}

TEST_CASE("A schedule follows a loss by the name of any version", "[train][workflow]") {
  const test::TempFolder folder;
  const auto lr_config = [](const std::string& monitor) {
    return R"({"total_epochs": 3, "evaluation": null, "lr_config": {"step": null, "warmup": null, "warmup_iters": null, "warmup_ratio": null, "policy":
              "ReduceLROnPlateau", "monitor": ")" +
           monitor + R"(", "threshold": 1000, "patience": 0, "factor": 0.5}})";
  };
  std::vector<double> ends;
  for (const char* monitor : {"train/heatmap_loss", "train/mse_loss"}) {
    auto plan = ph::make_plan(test::small_run(folder.path(), lr_config(monitor)));
    (void)test::train(plan, {}, monitor + 6);
    ends.push_back(test::rows(plan, "train", monitor + 6).back().at("lr").get<double>());
  }
  CHECK(ends[0] == ends[1]);
  CHECK(ends[0] == 0.001);  // it fell, once
  auto wrong = ph::make_plan(test::small_run(folder.path(), lr_config("train/reg_loss")));
  CHECK_THAT(test::error_of([&] { (void)test::train(wrong, {}, "wrong"); }),
             test::ContainsSubstring("train/reg_loss"));
}
