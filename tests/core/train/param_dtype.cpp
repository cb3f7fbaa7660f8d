// runtime.param_dtype: the network has weights of 16 bits, what is trained and saved has 32.
#include <ATen/Functions.h>

#include "equal_checkpoints.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "train/checkpoint.hpp"

namespace {

std::string patch(const std::string& type, const std::string& more = "") {
  return R"({"runtime": {"param_dtype": ")" + type + R"("}, "evaluation": null,
    "checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1})" +
         more + "}";
}

const char* const kConv = "backbone.layer1.0.conv1.weight";
const char* const kHead = "keypoint_head.final_layer.weight";

}  // namespace

TEST_CASE("Convolutions have 16 bits, norms 32, and so has what the optimizer updates",
          "[train][param_dtype]") {
  const test::TempFolder folder;
  const auto [type, expected] = GENERATE(table<std::string, at::ScalarType>(
      {{"bf16", at::kBFloat16}, {"fp16", at::kHalf}, {"fp32", at::kFloat}}));
  CAPTURE(type);
  auto plan = ph::make_plan(test::small_run(folder.path(), patch(type)));
  const auto params = plan.model->named_parameters();
  CHECK(params[kConv].scalar_type() == expected);
  CHECK(params["keypoint_head.final_layer.bias"].scalar_type() == expected);
  CHECK(params["backbone.layer1.0.bn1.weight"].scalar_type() == at::kFloat);
  if (type != "fp32") CHECK(plan.compute.precision == expected);
  CHECK(plan.masters.empty() == (type == "fp32"));
  CHECK(plan.optimizers->slot("exp_avg", kConv).scalar_type() == at::kFloat);
  if (type == "fp32") return;
  const auto master = plan.masters.find(kConv);
  CHECK(master.scalar_type() == at::kFloat);
  CHECK(at::equal(params[kConv].detach(), master.to(expected)));
  CHECK_FALSE(
      at::equal(params[kConv].detach().to(at::kFloat), master));  // the initial weights are kept in full
  CHECK(params[kConv].strides() == master.strides());
}

TEST_CASE("Steps smaller than 16 bits can tell are not lost", "[train][param_dtype]") {
  const test::TempFolder folder;
  // Adam's ten steps are lr each; bf16 numbers of 0.001 are 4e-6 apart.
  auto plan = ph::make_plan(test::small_run(
      folder.path(), patch("bf16", R"(, "lr_config": null, "optimizer": {"type": "Adam", "lr": 1e-8})")));
  const auto before = plan.masters.find(kHead).clone();
  const auto held = plan.model->named_parameters()[kHead].detach().clone();
  (void)test::train(plan);
  const auto master = plan.masters.find(kHead), now = plan.model->named_parameters()[kHead].detach();
  CHECK((master - before).abs().median().item<double>() > 2e-8);
  CHECK((now != held).sum().item<double>() < 0.2 * static_cast<double>(now.numel()));
  CHECK(at::equal(now, master.to(at::kBFloat16)));
  // What is saved are the masters.
  const auto saved = ph::load_checkpoint(plan.work_dir / "iter_10.safetensors");
  CHECK(at::equal(saved.tensors.at(kHead), master));
}

TEST_CASE("A run with weights of 16 bits resumes bit for bit", "[train][param_dtype][resume]") {
  const test::TempFolder folder;
  // An average, gradients between two updates, clipping; loss scaling with fp16.
  const auto [type, more] = GENERATE(table<std::string, std::string>(
      {{"bf16", R"(, "optimizer_config": {"cumulative_iters": 2, "grad_clip": {"max_norm": 1.0}},
                  "custom_hooks": [{"type": "EMAHook", "momentum": 0.1}])"},
       {"bf16", R"(, "optimizer": {"type": "ScheduleFreeSGD", "lr": 0.1}, "lr_config": null)"},
       {"fp16", R"(, "fp16": {"loss_scale": "dynamic"})"}}));
  const auto at = GENERATE(3, 6);
  CAPTURE(type, more, at);
  auto unbroken = ph::make_plan(test::small_run(folder.path(), patch(type, more)));
  (void)test::train(unbroken);
  auto resumed = ph::make_plan(test::small_run(
      folder.path(), patch(type, more + R"(, "work_dir": ")" + (folder.path() / "again").string() + "\"")));
  (void)test::train(resumed, unbroken.work_dir / ("iter_" + std::to_string(at) + ".safetensors"));
  test::require_equal(unbroken.work_dir / "iter_10.safetensors", resumed.work_dir / "iter_10.safetensors");
}

TEST_CASE(
    "A dynamic loss scale falls until gradients are finite, grows again, and all of it survives a break",
    "[train][param_dtype][resume]") {
  const test::TempFolder folder;
  const std::string scaling = R"(, "total_epochs": 3, "fp16": {"loss_scale": {"init_scale": 1099511627776.0,
      "backoff_factor": 0.03125, "growth_factor": 4, "growth_interval": 2}})";
  std::vector<double> scales;
  const auto train = [&](const std::string& name, const std::filesystem::path& from) {
    auto plan = ph::make_plan(test::small_run(
        folder.path(),
        patch("fp16", scaling + R"(, "work_dir": ")" + (folder.path() / name).string() + "\"")));
    std::filesystem::create_directories(plan.work_dir);
    ph::Runner runner(plan, "log", 0);
    scales.clear();
    plan.steps->optimize = [&plan, &scales, step = plan.steps->optimize] {
      step();
      scales.push_back(plan.gradients.scaler->scale());
    };
    if (!from.empty()) runner.resume(from);
    (void)runner.run();
    return plan.work_dir / "iter_15.safetensors";
  };
  const auto whole = train("whole", {});
  const auto seen = scales;
  CAPTURE(seen);
  REQUIRE(seen.size() == 15);
  std::size_t fallen = 0, grown = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const double before = i == 0 ? 1099511627776.0 : seen[i - 1];
    fallen += seen[i] < before;
    grown += seen[i] > before;
  }
  CHECK(fallen >= 2);
  CHECK(grown >= 2);
  const auto saved = ph::load_checkpoint(whole);
  // An update that overflows is left out, and counts for nobody.
  CHECK(saved.position.opt_step == 15 - static_cast<std::int64_t>(fallen));
  CHECK(saved.tensors.at("@opt/step/" + std::string(kConv)).item<std::int64_t>() == saved.position.opt_step);
  // In the fall, between two growths, and after.
  for (const std::size_t at : {1, 6, 9}) {
    CAPTURE(at);
    const auto rest =
        train("rest", folder.path() / "whole" / ("iter_" + std::to_string(at) + ".safetensors"));
    test::require_equal(whole, rest);
    const std::string scaler = "@hook/posehost/loss_scaler/state";
    CHECK(ph::load_checkpoint(rest).hook_state.at(scaler) == saved.hook_state.at(scaler));
    CHECK(std::vector<double>(seen.begin() + static_cast<std::ptrdiff_t>(at), seen.end()) == scales);
  }
}

TEST_CASE("Weights held in bf16 train as those that autocast rounds anew in each iteration",
          "[train][param_dtype]") {
  const test::TempFolder folder;
  std::vector<std::filesystem::path> ends;
  for (const std::string type : {"fp32", "bf16"}) {
    auto plan = ph::make_plan(test::small_run(
        folder.path(), R"({"runtime": {"precision": "bf16", "param_dtype": ")" + type +
                           R"("}, "evaluation": null, "optimizer_config": {"grad_clip": {"max_norm": 0.01}},
          "work_dir": ")" + (folder.path() / type).string() +
                           "\"}"));
    (void)test::train(plan);
    ends.push_back(plan.work_dir / "epoch_2.safetensors");
  }
  test::require_equal(ends[0], ends[1]);
}

TEST_CASE("An average of weights is taken and evaluated in 32 bits", "[train][param_dtype]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path(), patch("bf16", R"(, "total_epochs": 1,
      "custom_hooks": [{"type": "EMAHook", "momentum": 0.01}])")));
  (void)test::train(plan);
  const auto saved = ph::load_checkpoint(plan.work_dir / "iter_5.safetensors");
  // Under the parameter's name the average, in the hook's slot what trains.
  const auto average = saved.tensors.at(kHead);
  CHECK(average.scalar_type() == at::kFloat);
  CHECK_FALSE(at::equal(average, average.to(at::kBFloat16).to(at::kFloat)));
  const auto master = plan.masters.find(kHead);
  CHECK_FALSE(at::equal(average, master));
  CHECK(at::equal(plan.model->named_parameters()[kHead].detach(), master.to(at::kBFloat16)));
}

TEST_CASE("Weights of one kind of 16 bits are not computed with in the other",
          "[train][param_dtype][error]") {
  const test::TempFolder folder;
  CHECK_THAT(test::error_of([&] {
               (void)ph::make_plan(test::small_run(
                   folder.path(), R"({"runtime": {"param_dtype": "bf16", "precision": "fp16"}})"));
             }),
             test::ContainsSubstring("/runtime/param_dtype") &&
                 test::ContainsSubstring("parameters in bf16 with precision fp16"));
}
