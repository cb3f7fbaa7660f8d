// All losses of golden/losses.json: value and gradient.
#include <torch/types.h>

#include "model/parts.hpp"
#include "support.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace ph;

namespace {

struct Inputs {
  at::Tensor output, target, weight;
};

Inputs inputs_of(const nlohmann::ordered_json& one) {
  const auto shape = one.at("shape").get<std::vector<std::int64_t>>();
  const auto spread = one.at("spread").get<double>();
  Inputs in{
      test::random_tensor("losses.output", shape, spread),
      test::random_tensor("losses.target", shape, spread),
      test::random_tensor("losses.weight", one.at("weight_shape").get<std::vector<std::int64_t>>(), 1) + 0.5};
  if (shape.size() == 4) {
    in.target = in.target.abs();
    in.weight = in.weight.unsqueeze(2);
  }
  return in;
}

std::shared_ptr<KeypointLoss> loss_of(const Json& config) {
  return losses().make(Node::from_json(config, "cfg.json"), default_compat());
}

}  // namespace

TEST_CASE("values and gradients of losses equal mmpose's", "[model][golden]") {
  for (const auto& one : test::golden("losses.json").at("cases")) {
    CAPTURE(one.at("config").dump());
    auto in = inputs_of(one);
    in.output.requires_grad_();
    const auto value = loss_of(one.at("config"))->forward(in.output, in.target, in.weight);
    // float32 sums of some hundred numbers, in another order.
    REQUIRE_THAT(value.item<double>(), test::WithinRel(one.at("value").get<double>(), 2e-6));
    value.backward();
    const auto expected = one.at("gradient").get<std::vector<double>>();
    const auto found = in.output.grad().flatten();
    const auto largest = *std::max_element(expected.begin(), expected.end());
    for (std::size_t i = 0; i < expected.size(); ++i)
      REQUIRE_THAT(found[static_cast<std::int64_t>(i)].item<double>(),
                   test::WithinAbs(expected[i], 3e-6 * largest));
  }
}

TEST_CASE("losses are float32 for low-precision output and double for double", "[model]") {
  for (const auto& one : test::golden("losses.json").at("cases")) {
    CAPTURE(one.at("config").dump());
    const auto in = inputs_of(one);
    const auto loss = loss_of(one.at("config"));
    REQUIRE(loss->forward(in.output.to(at::kBFloat16), in.target, in.weight).scalar_type() == at::kFloat);
    const auto exact =
        loss->forward(in.output.to(at::kDouble), in.target.to(at::kDouble), in.weight.to(at::kDouble));
    REQUIRE(exact.scalar_type() == at::kDouble);
    REQUIRE_THAT(exact.item<double>(), test::WithinRel(one.at("value").get<double>(), 2e-6));
  }
}

TEST_CASE("a loss of exact predictions is 0, and so is its gradient", "[model]") {
  for (const auto& one : test::golden("losses.json").at("cases")) {
    CAPTURE(one.at("config").dump());
    const auto in = inputs_of(one);
    auto output = in.target.clone().requires_grad_();
    const auto value = loss_of(one.at("config"))->forward(output, in.target, in.weight);
    CHECK(value.item<double>() == 0);
    value.backward();
    CHECK(output.grad().eq(0).all().item<bool>());
  }
}

TEST_CASE("wrong arguments of losses are named", "[model][error]") {
  const auto [config, expected] = GENERATE(table<std::string, std::string>({
      {R"({"type": "JointsOHKMMSELoss", "topk": 0})", "/topk"},
      {R"({"type": "JointsOHKMLoss"})", "JointsOHKMMSELoss"},
      {R"({"type": "AdaptiveWingLoss", "alpha": 1})", "/alpha"},
      {R"({"type": "AdaptiveWingLoss", "omgea": 1})", "omega"},
      {R"({"type": "WingLoss", "epsilon": 0})", "/epsilon"},
      {R"({"type": "SoftWingLoss", "omega1": -1})", "/omega1"},
      {R"({"type": "SmoothL1Loss", "beta": 1})", "beta"},
  }));
  REQUIRE_THAT(test::error_of([&] { (void)loss_of(Json::parse(config)); }),
               test::ContainsSubstring(expected));
}

TEST_CASE("more hard keypoints than there are is an error with its place", "[model][error]") {
  const auto loss = loss_of(Json::parse(R"({"type": "JointsOHKMMSELoss", "topk": 8})"));
  const auto maps = at::zeros({1, 5, 4, 4});
  REQUIRE_THAT(test::error_of([&] {
                 (void)loss->forward(maps, maps, at::ones({1, 5, 1}));
               }),
               test::ContainsSubstring("cfg.json") && test::ContainsSubstring("at most 5"));
}

TEST_CASE("a loss of another kind than the head's output is named", "[model][error]") {
  const auto [patch, expected] = GENERATE(table<std::string, std::string>({
      {R"({"keypoint_head": {"loss_keypoint": {"type": "SmoothL1Loss"}}})",
       "it compares coordinates, the head gives heatmaps"},
      {R"({"keypoint_head": {"loss_keypoint": {"type": "CombinedTargetMSELoss"}}})",
       "target_type in test_cfg"},
      {R"({"test_cfg": {"target_type": "CombinedTarget", "use_udp": true, "shift_heatmap": false},
           "keypoint_head": {"out_channels": 12}})",
       "CombinedTargetMSELoss"},
  }));
  const auto text = test::model_error(patch);
  CHECK_THAT(text, test::ContainsSubstring(expected) && test::ContainsSubstring("/loss_keypoint/type"));
}
