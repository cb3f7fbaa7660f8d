#include <ATen/autocast_mode.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "codec/heatmap_decode.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace ph;

namespace {

at::Tensor points_of(const std::vector<Prediction>& predictions) {
  std::vector<at::Tensor> rows;
  for (const auto& prediction : predictions)
    rows.push_back(at::tensor(prediction.keypoints).reshape({-1, 3}));
  return at::stack(rows);
}

/// Weights that make distinct peaks: with mmpose's initial ones every heatmap is nearly 0.
std::shared_ptr<PoseModel> filled_model(const std::string& test_cfg) {
  auto json = test::small_model();
  json["test_cfg"] = Json::parse(test_cfg);
  const auto model = test::make(json);
  test::fill_weights(*model);
  model->eval();
  return model;
}

// mmpose's flip test, point after point and pixel after pixel.
at::Tensor flip_by_hand(PoseModel& model, const at::Tensor& img, bool shift) {
  const auto plain = model.forward(img), mirrored = model.forward(img.flip(3));
  auto average = at::empty_like(plain);
  const std::vector<std::int64_t> partner{0, 2, 1, 3};
  const auto width = plain.size(3);
  for (std::int64_t k = 0; k < 4; ++k) {
    for (std::int64_t x = 0; x < width; ++x) {
      const auto from = shift && x > 0 ? x - 1 : x;
      const auto other = mirrored.select(1, partner[static_cast<std::size_t>(k)]).select(2, width - 1 - from);
      average.select(1, k).select(2, x).copy_((plain.select(1, k).select(2, x) + other) / 2);
    }
  }
  return average;
}

}  // namespace

TEST_CASE("train_step gives loss and accuracy under the names of the mmpose version", "[model]") {
  const auto [version, name] = GENERATE(
      table<std::string, std::string>({{"0.13", "mse_loss"}, {"0.29", "heatmap_loss"}, {"1.x", "loss_kpt"}}));
  const auto& compat = compat_for(Node::from_json(version));
  const auto model = test::make(test::small_model(), compat);
  model->init_weights();
  const auto out = model->train_step(test::small_batch());
  REQUIRE(out.log.size() == 3);
  REQUIRE(out.log[0].first == name);
  REQUIRE(out.log[1].first == "acc_pose");
  REQUIRE(out.log[2].first == "loss");
  REQUIRE(out.log[2].second.item<float>() == out.loss.item<float>());
  REQUIRE_FALSE(out.log[0].second.requires_grad());
  REQUIRE(out.output.sizes() == at::IntArrayRef({2, 4, 16, 16}));
  out.loss.backward();
  for (const auto& parameter : model->named_parameters()) {
    CAPTURE(parameter.key());
    REQUIRE(parameter.value().grad().defined());
  }
}

TEST_CASE("the loss is float32 under autocast to bfloat16", "[model]") {
  const auto model = test::make(test::small_model());
  model->init_weights();
  at::autocast::set_autocast_enabled(at::kCPU, true);
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::increment_nesting();
  const auto out = model->train_step(test::small_batch());
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(at::kCPU, false);
  REQUIRE(out.output.scalar_type() == at::kBFloat16);
  REQUIRE(out.loss.scalar_type() == at::kFloat);
}

TEST_CASE("the flip test averages with the mirrored image", "[model]") {
  const bool shift = GENERATE(true, false);
  const auto model = filled_model(shift ? R"({"flip_test": true, "shift_heatmap": true})"
                                        : R"({"flip_test": true, "shift_heatmap": false})");
  torch::NoGradGuard no_grad;
  const auto batch = test::small_batch();
  const auto predictions = model->predict(batch, test::four_points());

  const auto average = flip_by_hand(*model, batch.img, shift);
  const auto peaks = heatmap_peaks(average);
  const auto xy = refine_peaks(average, peaks.xy, BorderRule::both_axes);
  const auto center = at::tensor({100.0F, 80.0F, 101.0F, 80.0F}).reshape({2, 2});
  const auto image = to_image(xy, center, at::full({2, 2}, 0.64F), 16, 16);
  const auto points = points_of(predictions);
  REQUIRE(at::equal(points.narrow(2, 0, 2), image));
  REQUIRE(at::equal(points.select(2, 2), peaks.score));
  REQUIRE(predictions[1].instance == 11);
  REQUIRE(predictions[1].center == std::array<float, 2>{101, 80});
}

TEST_CASE("predictions mirror when image, pairs and crop do", "[model]") {
  // Without the shift the flip test sees the same two heatmaps either way.
  const auto model = filled_model(R"({"flip_test": true, "post_process": null})");
  auto batch = test::small_batch(1);
  const auto plain = points_of(model->predict(batch, test::four_points()))[0];
  batch.img = batch.img.flip(3);
  const auto mirrored = points_of(model->predict(batch, test::four_points()))[0];
  const std::vector<std::int64_t> partner{0, 2, 1, 3};
  for (std::int64_t k = 0; k < 4; ++k) {
    const auto other = mirrored[partner[static_cast<std::size_t>(k)]];
    // Left edge 36, 8 pixels for each of 16 columns: columns x and 15 - x add to 2 * 36 + 15 * 8.
    REQUIRE(plain[k][0].item<float>() + other[0].item<float>() == 192);
    REQUIRE(plain[k][1].item<float>() == other[1].item<float>());
  }
}

TEST_CASE("post_process null leaves peaks on whole pixels", "[model]") {
  const auto model = filled_model(R"({"flip_test": false, "post_process": null})");
  const auto points = points_of(model->predict(test::small_batch(), test::four_points()));
  const auto columns = (points.select(2, 0) - at::tensor({36.0F, 37.0F}).unsqueeze(1)) / 8;
  REQUIRE(at::equal(columns, columns.round()));
}

TEST_CASE("shapes of network and data that differ are named", "[model][error]") {
  const auto model = test::make(test::small_model());
  const auto keypoints = test::error_of([&] { (void)model->train_step(test::small_batch(2, 5)); });
  REQUIRE_THAT(keypoints, test::ContainsSubstring("cfg.json"));
  REQUIRE_THAT(keypoints, test::ContainsSubstring("/model/keypoint_head"));
  REQUIRE_THAT(keypoints, test::ContainsSubstring("gives 4 heatmaps, the targets have 5"));
  const auto size = test::error_of([&] { (void)model->train_step(test::small_batch(2, 4, 12)); });
  REQUIRE_THAT(size, test::ContainsSubstring("16 x 16"));
  REQUIRE_THAT(size, test::ContainsSubstring("12 x 16"));
  auto bare = test::small_batch();
  bare.target = at::Tensor();
  REQUIRE_THAT(test::error_of([&] { (void)model->train_step(bare); }),
               test::ContainsSubstring("TopDownGenerateTarget"));
  auto info = test::four_points();
  info.keypoints.pop_back();
  REQUIRE_THAT(test::error_of([&] { (void)model->predict(test::small_batch(), info); }),
               test::ContainsSubstring("out_channels = 3"));
}

TEST_CASE("the loss may stand in the model, and older names are known", "[model]") {
  const auto make = [](const std::string& patch) { return test::make(test::small_model(patch)); };
  REQUIRE(make(R"({"keypoint_head": {"loss_keypoint": null}, "loss_keypoint": {"type": "JointsMSELoss"}})"));
  REQUIRE(make(R"({"keypoint_head": {"loss_keypoint": null}, "loss_pose": {"type": "JointsMSELoss"}})"));
  REQUIRE(make(R"({"keypoint_head": {"type": "TopDownSimpleHead"}})"));
  REQUIRE(make(R"({"test_cfg": {"target_type": "GaussianHeatMap"}})")->num_keypoints() == 4);
}

TEST_CASE("a head's own test_cfg counts when the model has none", "[model]") {
  const auto with_own =
      test::small_model(R"({"test_cfg": null, "keypoint_head": {"test_cfg": {"post_process": "megvi"}}})");
  REQUIRE_THAT(test::error_of([&] { (void)test::make(with_own); }),
               test::ContainsSubstring("/keypoint_head/test_cfg/post_process"));
  REQUIRE_THAT(test::model_error(R"({"keypoint_head": {"test_cfg": {"flip_test": false}}})"),
               test::ContainsSubstring("differs from the model's test_cfg"));
}

TEST_CASE("wrong model settings are named", "[model][error]") {
  const auto [patch, expected] = GENERATE(table<std::string, std::string>({
      {R"({"type": "TopDwn"})", "TopDown"},
      {R"({"type": null})", "no type given"},
      {R"({"backbone": null})", "backbone"},
      {R"({"backbone": {"type": "ResNat"}})", "did you mean \"ResNet\""},
      {R"({"backbone": {"depth": 19}})", "/model/backbone/depth"},
      {R"({"keypoint_head": {"type": "TopdownHeatmapSimplHead"}})", "TopdownHeatmapSimpleHead"},
      {R"({"keypoint_head": {"in_channels": 512}})", "the backbone's map has 64 channels"},
      {R"({"keypoint_head": {"loss_keypoint": {"type": "JointsMSE"}}})", "JointsMSELoss"},
      {R"({"keypoint_head": {"loss_keypoint": {"use_target_weigth": true}}})", "use_target_weight"},
      {R"({"loss_keypoint": {"type": "JointsMSELoss"}})", "the head has a loss_keypoint too"},
      {R"({"neck": {"type": "GlobalAveragePoolin"}})", "/model/neck/type"},
      {R"({"train_cfg": {"num_joints": 17}})", "/model/train_cfg"},
      {R"({"pretraind": "a"})", "pretrained"},
      {R"({"pretrained": 3})", "/model/pretrained"},
      {R"({"test_cfg": {"post_process": "defalt"}})", "did you mean \"default\""},
      {R"({"test_cfg": {"use_udp": true}})", "/model/test_cfg/shift_heatmap"},
      {R"({"test_cfg": {"target_type": "CombinedTarget"}})", "/model/test_cfg/target_type"},
      {R"({"test_cfg": {"target_type": "CombinedTarget", "use_udp": true, "shift_heatmap": false}})",
       "/out_channels: CombinedTarget has three maps"},
      {R"({"test_cfg": {"flip": true}})", "flip_test"},
  }));
  REQUIRE_THAT(test::model_error(patch), test::ContainsSubstring(expected));
}

TEST_CASE("in_index beyond the backbone's maps is named", "[model][error]") {
  REQUIRE_THAT(
      test::model_error(R"({"backbone": {"out_indices": [2, 3]}, "keypoint_head": {"in_index": 2}})"),
      test::ContainsSubstring("there is no map 2"));
  REQUIRE(test::make(
      test::small_model(R"({"backbone": {"out_indices": [2, 3]}, "keypoint_head": {"in_index": 1}})")));
}

TEST_CASE("a model of CombinedTarget trains without an accuracy and predicts a third of its maps",
          "[model]") {
  const auto model = test::make(test::small_model(R"({
    "keypoint_head": {"out_channels": 12, "loss_keypoint": {"type": "CombinedTargetMSELoss"}},
    "test_cfg": {"target_type": "CombinedTarget", "use_udp": true, "shift_heatmap": false, "modulate_kernel": 3}})"));
  model->init_weights();
  auto batch = test::small_batch(2, 12);
  batch.target_weight = at::ones({2, 4, 1});
  const auto out = model->train_step(batch);
  REQUIRE(out.log.size() == 2);
  CHECK(out.log[0].first == "heatmap_loss");
  CHECK(out.log[1].first == "loss");
  CHECK(model->num_keypoints() == 4);
  model->eval();
  const auto found = model->predict(batch, test::four_points());
  REQUIRE(found.size() == 2);
  CHECK(found[0].keypoints.size() == 12);
  auto info = test::four_points();
  info.keypoints.pop_back();
  CHECK_THAT(test::error_of([&] { (void)model->predict(batch, info); }),
             test::ContainsSubstring("out_channels = 9"));
}

TEST_CASE("targets of several stages do not fit a head of one", "[model][error]") {
  const auto model = test::make(test::small_model());
  auto batch = test::small_batch();
  batch.target = at::zeros({2, 3, 4, 16, 16});
  CHECK_THAT(test::error_of([&] { (void)model->train_step(batch); }),
             test::ContainsSubstring("3 targets a sample") &&
                 test::ContainsSubstring("one sigma or kernel in TopDownGenerateTarget"));
}
