#include "model/deeppose_head.hpp"

#include <torch/types.h>
#include <torch/utils.h>

#include "model/accuracy.hpp"
#include "support.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/golden_tensor.hpp"

using namespace ph;

namespace {

using test::floats;

/// small_model() with a regression head for four points, `patch` merged in.
Json deeppose(const std::string& patch = "{}") {
  auto json =
      test::small_model(R"({"neck": {"type": "GlobalAveragePooling"}, "test_cfg": {"flip_test": true}})");
  json["test_cfg"] = {{"flip_test", true}};
  json["keypoint_head"] = {{"type", "DeepposeRegressionHead"},
                           {"in_channels", 64},
                           {"num_joints", 4},
                           {"loss_keypoint", {{"type", "SmoothL1Loss"}, {"use_target_weight", true}}}};
  json.merge_patch(Json::parse(patch));
  return json;
}

std::string deeppose_error(const std::string& patch) {
  return test::error_of([&] { (void)test::make(deeppose(patch)); });
}

Batch batch_of_points() {
  auto batch = test::small_batch();
  batch.target = test::random_tensor("points", {2, 4, 2}, 1) + 0.5;
  batch.target_weight = at::ones({2, 4, 2});
  return batch;
}

}  // namespace

TEST_CASE("accuracy of coordinates equals mmpose's keypoint_pck_accuracy", "[model][golden]") {
  const auto golden = test::golden("regression.json");
  const auto weight = floats(golden.at("weight")).unsqueeze(2).expand({3, 5, 2});
  const auto accuracy =
      coordinate_pck(floats(golden.at("output")), floats(golden.at("target")), weight, 0.05);
  REQUIRE_THAT(accuracy.item<double>(), test::WithinRel(golden.at("accuracy").get<double>(), 1e-6));
}

TEST_CASE("coordinates are mirrored about 0.5 as mmpose does", "[model][golden]") {
  const auto golden = test::golden("regression.json");
  DatasetInfo info;
  info.flip_pairs = golden.at("flip_pairs").get<std::vector<std::pair<int, int>>>();
  const auto args = DeepposeHeadArgs::table().read(
      Node::parse(R"({"in_channels": 2, "num_joints": 5, "loss_keypoint": {"type": "L1Loss"}})"));
  const DeepposeHead head(args, {default_compat(), {}, Node::parse("{}"), {}});
  const auto flipped = head.flip_back(floats(golden.at("output")), info);
  REQUIRE(at::allclose(flipped, floats(golden.at("flipped")), 0, 1e-6));
}

TEST_CASE("a regression model trains on coordinates, under mmpose's names", "[model]") {
  const auto [version, name] = GENERATE(
      table<std::string, std::string>({{"0.13", "reg_loss"}, {"0.29", "reg_loss"}, {"1.x", "loss_kpt"}}));
  const auto model = test::make(deeppose(), compat_for(Node::from_json(version)));
  model->init_weights();
  const auto out = model->train_step(batch_of_points());
  REQUIRE(out.log.size() == 3);
  CHECK(out.log[0].first == name);
  CHECK(out.log[1].first == "acc_pose");
  CHECK(out.output.sizes() == at::IntArrayRef({2, 4, 2}));
  out.loss.backward();
  const auto parameters = model->named_parameters();
  REQUIRE(parameters.contains("keypoint_head.fc.weight"));
  CHECK(parameters["keypoint_head.fc.weight"].sizes() == at::IntArrayRef({8, 64}));
  CHECK(parameters["keypoint_head.fc.bias"].grad().defined());
  CHECK(parameters["keypoint_head.fc.bias"].eq(0).all().item<bool>());
  // 512 draws: the standard error of their deviation is 3 %.
  CHECK_THAT(parameters["keypoint_head.fc.weight"].std().item<double>(), test::WithinRel(0.01, 0.15));
  CHECK(test::make(deeppose(R"({"keypoint_head": {"type": "FcHead"}})"))->num_keypoints() == 4);
}

TEST_CASE("coordinates become image pixels, averaged with the mirrored crop", "[model]") {
  torch::NoGradGuard no_grad;
  const bool shift = GENERATE(false, true);
  const auto model = test::make(deeppose(shift ? R"({"test_cfg": {"regression_flip_shift": true}})"
                                               : R"({"test_cfg": {"flip_test": true}})"));
  test::fill_weights(*model);
  model->eval();
  const auto batch = test::small_batch();
  const auto plain = model->forward(batch.img), mirrored = model->forward(batch.img.flip(3));
  const auto found = model->predict(batch, test::four_points());
  REQUIRE(found.size() == 2);
  const std::vector<std::int64_t> partner{0, 2, 1, 3};
  for (std::int64_t k = 0; k < 4; ++k) {
    const auto other = mirrored[1][partner[static_cast<std::size_t>(k)]];
    const double x =
        (plain[1][k][0].item<double>() + 1 - other[0].item<double>() - (shift ? 1 / 64.0 : 0)) / 2;
    const double y = (plain[1][k][1].item<double>() + other[1].item<double>()) / 2;
    // A crop of 128 pixels around (101, 80).
    CHECK_THAT(found[1].keypoints[static_cast<std::size_t>(3 * k)],
               test::WithinAbs(x * 128 + 101 - 64, 1e-3));
    CHECK_THAT(found[1].keypoints[static_cast<std::size_t>(3 * k + 1)],
               test::WithinAbs(y * 128 + 80 - 64, 1e-3));
    CHECK(found[1].keypoints[static_cast<std::size_t>(3 * k + 2)] == 1);
  }
}

TEST_CASE("what does not fit a regression head is named", "[model][error]") {
  const auto [patch, expected] = GENERATE(table<std::string, std::string>({
      {R"({"neck": null})", "GlobalAveragePooling"},
      {R"({"neck": {"type": "GlobalAveragePoling"}})", "did you mean \"GlobalAveragePooling\""},
      {R"({"neck": {"type": "GlobalAveragePooling", "kernel": 3}})", "kernel"},
      {R"({"keypoint_head": {"in_channels": 512}})", "the backbone's map has 64 channels"},
      {R"({"keypoint_head": {"num_joints": 0}})", "/num_joints"},
      {R"({"keypoint_head": {"out_sigma": true}})", "RLELoss"},
      {R"({"keypoint_head": {"loss_keypoint": {"type": "JointsMSELoss"}}})", "it compares heatmaps"},
      {R"({"keypoint_head": {"loss_keypoint": null}})", "SmoothL1Loss"},
      {R"({"backbone": {"out_indices": [2, 3]}})", "it gives 2 maps, the head takes one"},
  }));
  REQUIRE_THAT(deeppose_error(patch), test::ContainsSubstring(expected));
  REQUIRE_THAT(test::model_error(R"({"neck": {"type": "GlobalAveragePooling"}})"),
               test::ContainsSubstring("the head takes maps"));
  REQUIRE_THAT(test::model_error(R"({"test_cfg": {"regression_flip_shift": true}})"),
               test::ContainsSubstring("the head gives heatmaps"));
}

TEST_CASE("targets that are no coordinates are named", "[model][error]") {
  const auto model = test::make(deeppose());
  const auto text = test::error_of([&] { (void)model->train_step(test::small_batch()); });
  REQUIRE_THAT(text, test::ContainsSubstring("/model/keypoint_head") &&
                         test::ContainsSubstring("TopDownGenerateTargetRegression"));
  auto info = test::four_points();
  info.keypoints.pop_back();
  REQUIRE_THAT(test::error_of([&] { (void)model->predict(test::small_batch(), info); }),
               test::ContainsSubstring("num_joints = 3"));
}
