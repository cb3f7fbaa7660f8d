#include "train/gradients.hpp"

#include <torch/nn/modules/linear.h>

#include "equal_checkpoints.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"
#include "train/checkpoint.hpp"

namespace {

std::vector<at::Tensor> tensors(const ph::Json& lists) {
  std::vector<at::Tensor> all;
  for (const auto& list : lists) all.push_back(at::tensor(list.get<std::vector<float>>()));
  return all;
}

ph::GradientRules rules(const ph::Json& optimizer_config) {
  return ph::GradientRules::read(ph::Node::from_json({{"optimizer_config", optimizer_config}}));
}

std::string options_of(const test::TempFolder& folder, const std::string& name, const std::string& config) {
  return R"({"evaluation": null, "total_epochs": 2, "optimizer": {"type": "SGD", "lr": 0.05, "momentum": 0.9},
    "checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1}, "optimizer_config": )" +
         config + R"(, "work_dir": ")" + (folder.path() / name).string() + "\"}";
}

}  // namespace

TEST_CASE("Clipping is torch's", "[train][gradients][golden]") {
  const auto golden = test::golden("gradients.json");
  for (const auto& item : golden.at("clip")) {
    CAPTURE(item.at("args").dump());
    const auto read = rules({{"grad_clip", item.at("args")}});
    auto gradients = tensors(golden.at("gradients"));
    if (read.clip_value) {
      ph::clip_by_value(gradients, *read.clip_value);
    } else {
      const auto norm = ph::clip_by_norm(gradients, *read.max_norm, read.norm_type);
      // float32 sums of a few numbers, in an order that torch chooses by processor.
      CHECK_THAT(norm.item<double>(), test::WithinRel(item.at("norm").get<double>(), 1e-6));
    }
    const auto expected = tensors(item.at("after"));
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(at::allclose(gradients[i], expected[i], 1e-6, 0));
  }
}

TEST_CASE("The loss scale moves as GradScaler's", "[train][gradients][golden]") {
  for (const auto& item : test::golden("gradients.json").at("scaler")) {
    auto config = item;
    for (const char* key : {"overflows", "scales"}) config.erase(key);
    ph::LossScaler scaler(ph::Node::from_json(config));
    for (std::size_t i = 0; i < item.at("scales").size(); ++i) {
      CAPTURE(i);
      scaler.update(item.at("overflows")[i] == 1);
      CHECK(scaler.scale() == item.at("scales")[i].get<double>());
      ph::LossScaler copy(ph::Node::from_json(config));
      copy.load_state(scaler.state(), "a file");
      CHECK(copy.state() == scaler.state());
    }
  }
}

TEST_CASE("A loss scale that is a number stays, and gives up in the end", "[train][gradients]") {
  ph::LossScaler scaler(ph::Node::parse("512"));
  const auto error = test::error_of([&] {
    for (int i = 0; i < 1000; ++i) {
      scaler.update(true);
      REQUIRE(scaler.scale() == 512);
      REQUIRE(i < 100);
    }
  });
  CHECK_THAT(error, test::ContainsSubstring("gradients are not finite, 101 updates in a row"));
}

TEST_CASE("Gradients are added by mmcv's rule", "[train][gradients][golden]") {
  for (const auto& item : test::golden("gradients.json").at("accumulation")) {
    const auto iters = item.at("iters").get<std::int64_t>();
    const auto read = rules({{"cumulative_iters", item.at("cumulative_iters")}});
    double weight = 0, sum = 0;
    for (std::int64_t i = 0; i < iters; ++i) {
      CAPTURE(iters, i);
      const auto at = static_cast<std::size_t>(i);
      sum += item.at("gradients")[at].get<double>() / static_cast<double>(read.loss_factor(i, iters));
      if (read.update_due(i, iters)) {
        weight -= sum;
        sum = 0;
      }
      CHECK_THAT(weight, test::WithinRel(item.at("values")[at].get<double>(), 1e-12));
    }
  }
}

TEST_CASE("A scale that is a power of two changes no bit", "[train][gradients]") {
  const test::TempFolder folder;
  auto plain = ph::make_plan(test::small_run(folder.path(), options_of(folder, "plain", "{}")));
  (void)test::train(plain);
  const auto* const config = GENERATE(R"({"type": "Fp16OptimizerHook", "loss_scale": 1024})",
                                      R"({"type": "Fp16OptimizerHook", "loss_scale": "dynamic"})");
  auto scaled = ph::make_plan(test::small_run(folder.path(), options_of(folder, "scaled", config)));
  (void)test::train(scaled);
  test::require_equal(plain.work_dir / "iter_10.safetensors", scaled.work_dir / "iter_10.safetensors");
}

TEST_CASE("An update whose gradients overflow is left out", "[train][gradients]") {
  const test::TempFolder folder;
  // Beyond the largest float, then well within.
  const auto* const config = R"({"loss_scale": {"init_scale": 1e40, "backoff_factor": 1e-30}})";
  auto plan = ph::make_plan(test::small_run(folder.path(), options_of(folder, "run", config)));
  const auto before = plan.model->named_parameters()["backbone.conv1.weight"].detach().clone();
  (void)test::train(plan);
  const auto first = ph::load_checkpoint(plan.work_dir / "iter_1.safetensors");
  const auto last = ph::load_checkpoint(plan.work_dir / "iter_10.safetensors");
  CHECK(first.position.opt_step == 0);
  CHECK(last.position.opt_step == 9);
  CHECK(at::equal(first.tensors.at("backbone.conv1.weight"), before));
  CHECK_FALSE(at::equal(last.tensors.at("backbone.conv1.weight"), before));
  CHECK(at::isfinite(last.tensors.at("backbone.conv1.weight")).all().item<bool>());
}

TEST_CASE("A run resumed between two updates equals the unbroken one", "[train][gradients][resume]") {
  const test::TempFolder folder;
  const auto* const config =
      R"({"type": "GradientCumulativeFp16OptimizerHook", "cumulative_iters": 4, "loss_scale": "dynamic",
          "grad_clip": {"max_norm": 0.05}})";
  auto whole = ph::make_plan(test::small_run(folder.path(), options_of(folder, "whole", config)));
  (void)test::train(whole);
  for (const int at : {6, 9}) {
    auto rest = ph::make_plan(test::small_run(folder.path(), options_of(folder, "rest", config)));
    (void)test::train(rest, whole.work_dir / ("iter_" + std::to_string(at) + ".safetensors"));
    test::require_equal(whole.work_dir / "iter_10.safetensors", rest.work_dir / "iter_10.safetensors");
  }
  // 4 + 4 + 2.
  CHECK(ph::load_checkpoint(whole.work_dir / "iter_10.safetensors").position.opt_step == 3);
  CHECK(ph::load_checkpoint(whole.work_dir / "iter_7.safetensors").position.opt_step == 1);
  CHECK(test::rows(whole, "train")[3].contains("grad_norm"));
}

TEST_CASE("Gradients of several iterations are those of one large batch", "[train][gradients]") {
  auto model = torch::nn::Linear(3, 1);
  const auto x = at::randn({8, 3});
  const auto read = rules({{"cumulative_iters", 4}});
  for (int i = 0; i < 4; ++i) {
    const auto loss = model(x.slice(0, 2 * i, 2 * i + 2)).square().mean();
    (loss / static_cast<double>(read.loss_factor(i, 4))).backward();
  }
  const auto summed = model->weight.grad().clone();
  model->zero_grad();
  model(x).square().mean().backward();
  CHECK(at::allclose(summed, model->weight.grad(), 1e-5, 1e-6));
}

TEST_CASE("Parameters that the loss does not depend on are named", "[train][gradients]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path()));
  const auto loss = plan.model->named_parameters()["keypoint_head.final_layer.bias"].sum();
  const auto names = ph::outside_graph(loss, *plan.model);
  CHECK(names.size() + 1 == plan.model->parameters().size());
  CHECK(names.front() == "backbone.conv1.weight with shape [8, 3, 7, 7]");
  auto all = at::zeros({});
  for (const auto& param : plan.model->parameters()) all = all + param.sum();
  CHECK(ph::outside_graph(all, *plan.model).empty());
}

TEST_CASE("Wrong rules for gradients are refused", "[train][gradients][error]") {
  const auto [config, expected] = GENERATE(table<std::string, std::string>({
      {R"({"grad_clip": {}})", "by norm or by value?"},
      {R"({"grad_clip": {"max_norm": 1, "clip_value": 1}})", "by norm or by value?"},
      {R"({"grad_clip": {"clip_value": 1, "norm_type": 2}})", "clip_value has no norm_type"},
      {R"({"grad_clip": {"max_norm": 1, "norm_type": "max"}})", "no kind of norm"},
      {R"({"type": "OptimizerHook", "cumulative_iters": 2})", "OptimizerHook has no cumulative_iters"},
      {R"({"type": "OptimizerHook", "loss_scale": 2})", "OptimizerHook has no loss_scale"},
      {R"({"type": "Fp16OptimizerHook", "loss_scale": "static"})", "no loss scale"},
      {R"({"loss_scale": {"growth_factr": 2}})", "growth_factor"},
      {R"({"loss_scale": {"growth_factor": 1}})", "above 1"},
      {R"({"loss_scale": {"backoff_factor": 2}})", "above 0 and below 1"},
      {R"({"loss_scale": {"mode": "moving"}})", "\"dynamic\" or \"static\""},
  }));
  CAPTURE(config);
  CHECK_THAT(test::error_of([&c = config] { (void)rules(ph::Json::parse(c)); }),
             test::ContainsSubstring(expected));
}
