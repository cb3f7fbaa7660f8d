// RLELoss and the head that gives deviations: golden/rle.json.
#include "model/rle_loss.hpp"

#include <torch/types.h>
#include <torch/utils.h>

#include "model/deeppose_head.hpp"
#include "model/parts.hpp"
#include "support.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace ph;

namespace {

std::shared_ptr<KeypointLoss> filled_loss(const Json& config) {
  auto loss = losses().make(Node::from_json(config, "cfg.json"), default_compat());
  torch::NoGradGuard no_grad;
  for (const auto& item : loss->named_parameters())
    item.value().detach().copy_(test::random_tensor("rle." + item.key(), item.value().sizes().vec(), 0.8));
  return loss;
}

Json with_deviations(const std::string& patch = "{}") {
  auto json = test::small_model(R"({"neck": {"type": "GlobalAveragePooling"}})");
  json["test_cfg"] = {{"flip_test", true}};
  json["keypoint_head"] = {{"type", "DeepposeRegressionHead"},
                           {"in_channels", 64},
                           {"num_joints", 4},
                           {"out_sigma", true},
                           {"loss_keypoint", {{"type", "RLELoss"}, {"use_target_weight", true}}}};
  json.merge_patch(Json::parse(patch));
  return json;
}

}  // namespace

TEST_CASE("RLELoss equals mmpose's, its flow's gradients too", "[model][golden]") {
  for (const auto& one : test::golden("rle.json").at("cases")) {
    CAPTURE(one.at("config").dump());
    const auto loss = filled_loss(one.at("config"));
    auto output = test::random_tensor("rle.output", {3, 5, 4}, 2);
    output.requires_grad_();
    const auto value = loss->forward(output, test::random_tensor("rle.target", {3, 5, 2}, 1),
                                     test::random_tensor("rle.weight", {3, 5, 2}, 1) + 0.5);
    value.backward();
    // float32 through six couplings of three layers each.
    REQUIRE_THAT(value.item<double>(), test::WithinRel(one.at("value").get<double>(), 1e-5));
    const auto expected = one.at("gradient").get<std::vector<double>>();
    const auto found = output.grad().flatten();
    double largest = 0;
    for (const double e : expected) largest = std::max(largest, std::abs(e));
    for (std::size_t i = 0; i < expected.size(); ++i)
      REQUIRE_THAT(found[static_cast<std::int64_t>(i)].item<double>(),
                   test::WithinAbs(expected[i], 2e-5 * largest));
    const auto& norms = one.at("flow");
    REQUIRE(loss->named_parameters().size() == norms.size());
    for (const auto& item : loss->named_parameters()) {
      CAPTURE(item.key());
      const auto norm = norms.at(item.key()).get<double>();
      REQUIRE_THAT(item.value().grad().to(at::kDouble).norm().item<double>(),
                   test::WithinRel(norm, 1e-4) || test::WithinAbs(norm, 1e-5));
    }
    for (const auto& item : loss->named_buffers())
      REQUIRE(item.value().sizes().vec() ==
              one.at("buffers").at(item.key()).get<std::vector<std::int64_t>>());
  }
}

TEST_CASE("a head with deviations gives scores of how small they are", "[model]") {
  const auto args = DeepposeHeadArgs::table().read(Node::parse(
      R"({"in_channels": 2, "num_joints": 2, "out_sigma": true, "loss_keypoint": {"type": "RLELoss"}})"));
  const DeepposeHead head(args, {default_compat(), {}, Node::parse("{}"), {}});
  // Two keypoints; deviations 0.5 and 0.5, then far below and far above.
  const auto raw = at::tensor({0.5F, 0.25F, 0.0F, 0.0F, 0.5F, 0.5F, -20.0F, 20.0F}).reshape({1, 2, 4});
  const auto answer = head.for_test(raw);
  auto batch = test::small_batch(1, 2);
  const auto keypoints = head.decode(answer, batch).front().keypoints;
  REQUIRE(keypoints.size() == 6);
  CHECK_THAT(keypoints[2], test::WithinAbs(0.5, 1e-6));
  CHECK_THAT(keypoints[5], test::WithinAbs(0.5, 1e-6));
  // The middle of the crop is its centre.
  CHECK_THAT(keypoints[0], test::WithinAbs(100, 1e-3));
  CHECK_THAT(keypoints[4], test::WithinAbs(80, 1e-3));
  // A mirrored answer: x alone is mirrored, pairs change places with their deviations.
  DatasetInfo info;
  info.flip_pairs = {{0, 1}};
  const auto flipped = head.flip_back(answer, info);
  CHECK_THAT((flipped[0][1][0].item<float>()), test::WithinAbs(0.5, 1e-6));
  CHECK_THAT((flipped[0][1][1].item<float>()), test::WithinAbs(0.25, 1e-6));
  CHECK((flipped[0][0][2].item<float>() < 1e-6 && flipped[0][0][3].item<float>() > 1 - 1e-6));
}

TEST_CASE("a network with RLE trains, its flow with it", "[model]") {
  auto model = test::make(with_deviations());
  torch::manual_seed(1);
  model->init_weights();
  auto batch = test::small_batch();
  batch.target = test::random_tensor("points", {2, 4, 2}, 1) + 0.5;
  batch.target_weight = at::ones({2, 4, 2});
  const auto out = model->train_step(batch);
  REQUIRE(out.output.sizes() == at::IntArrayRef({2, 4, 4}));
  out.loss.backward();
  std::size_t of_flow = 0;
  for (const auto& item : model->named_parameters()) {
    if (item.key().find("loss.flow_model.s.0.0.weight") == std::string::npos) continue;
    ++of_flow;
    CHECK(item.key() == "keypoint_head.loss.flow_model.s.0.0.weight");
    CHECK(item.value().grad().abs().sum().item<double>() > 0);
  }
  CHECK(of_flow == 1);
  model->eval();
  // Scores are of deviations after the sigmoid, mirrored passes or not.
  torch::NoGradGuard no_grad;
  const auto raw = model->forward(batch.img);
  const auto expected = 1 - raw.narrow(2, 2, 2).sigmoid().mean(2);
  auto plain = test::make(with_deviations(R"({"test_cfg": {"flip_test": false}})"));
  plain->eval();
  for (const auto& item : model->named_parameters())
    plain->named_parameters()[item.key()].copy_(item.value());
  for (const auto& item : model->named_buffers()) plain->named_buffers()[item.key()].copy_(item.value());
  const auto found = plain->predict(batch, test::four_points());
  for (std::int64_t k = 0; k < 4; ++k)
    CHECK_THAT(found[0].keypoints[static_cast<std::size_t>(3 * k + 2)],
               test::WithinAbs(expected[0][k].item<float>(), 1e-6));
  for (const auto& one : model->predict(batch, test::four_points())) {
    REQUIRE(one.keypoints.size() == 12);
    for (std::size_t k = 0; k < 4; ++k) CHECK((one.keypoints[3 * k + 2] > 0 && one.keypoints[3 * k + 2] < 1));
  }
}

TEST_CASE("heads and losses that do not fit together are refused", "[model][error]") {
  const auto error = [](const std::string& patch) {
    return test::error_of([&] { (void)test::make(with_deviations(patch)); });
  };
  CHECK_THAT(error(R"({"keypoint_head": {"out_sigma": false}})"),
             test::ContainsSubstring("coordinates with deviations"));
  CHECK_THAT(
      error(R"({"keypoint_head": {"loss_keypoint": {"type": "SmoothL1Loss", "use_target_weight": true}}})"),
      test::ContainsSubstring("RLELoss"));
  CHECK_THAT(error(R"({"keypoint_head": {"loss_keypoint": {"type": "RLELoss", "q_dis": "normal"}}})"),
             test::ContainsSubstring("laplace"));
}
