// A run that is broken off and resumed ends in the unbroken one's bytes: with every optimizer, and in the middle
// of every schedule.
#include <set>

#include "equal_checkpoints.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"

namespace {

// Epochs of five iterations with and without a break after the third.
void require_unbroken(ph::Json patch, std::size_t epochs) {
  const test::TempFolder folder;
  const auto iterations = 5 * epochs;
  patch["total_epochs"] = epochs;
  patch["evaluation"] = nullptr;
  patch["checkpoint_config"] = {{"interval", 1}, {"by_epoch", false}, {"max_keep_ckpts", -1}};
  std::vector<ph::Json> logs;
  std::filesystem::path whole;
  for (const char* name : {"whole", "rest"}) {
    patch["work_dir"] = (folder.path() / name).string();
    auto plan = ph::make_plan(test::small_run(folder.path(), patch.dump()));
    const bool first = whole.empty();
    (void)test::train(plan, first ? std::filesystem::path{} : whole / "iter_3.safetensors");
    logs.push_back(test::rows(plan, "train"));
    if (first) whole = plan.work_dir;
  }
  const auto last = "iter_" + std::to_string(iterations) + ".safetensors";
  test::require_equal(whole / last, folder.path() / "rest" / last);
  REQUIRE(logs[0].size() == iterations);
  REQUIRE(logs[1].size() == iterations - 3);
  for (std::size_t i = 0; i < logs[1].size(); ++i) {
    for (const char* key : {"lr", "momentum", "loss"})
      CHECK(logs[1][i].value(key, ph::Json()) == logs[0][i + 3].value(key, ph::Json()));
  }
}

const ph::Json& no_schedule() {
  static const ph::Json none = ph::Json::parse(
      R"({"lr_config": {"policy": "fixed", "step": null, "warmup": null, "warmup_iters": null, "warmup_ratio": null}})");
  return none;
}

}  // namespace

TEST_CASE("A run resumes bit for bit with every optimizer", "[train][resume][each]") {
  std::set<std::string> seen;
  for (const auto& entry :
       std::filesystem::directory_iterator(POSEHOST_SOURCE_DIR "/configs/tutorial/optimizers")) {
    if (entry.path().extension() != ".json") continue;
    auto patch = no_schedule();
    patch["optimizer"] = ph::load_config(entry.path()).at("optimizer").json();
    CAPTURE(patch["optimizer"].dump());
    seen.insert(patch["optimizer"]["type"]);
    if (patch["optimizer"].contains("max_iter")) patch["optimizer"]["max_iter"] = 2;
    require_unbroken(patch, 1);
  }
  // All of torch's that take dense gradients (14), and those beyond it.
  CHECK(seen.size() == 19);
}

TEST_CASE("A run resumes bit for bit in the middle of every schedule", "[train][resume][schedule][each]") {
  const std::string text = GENERATE(
      R"({"lr_config": {"policy": "fixed", "warmup": "constant", "warmup_iters": 5, "warmup_ratio": 0.1}})",
      R"({"lr_config": {"policy": "step", "step": [1], "warmup": "exp", "warmup_iters": 5, "warmup_ratio": 0.1}})",
      R"({"lr_config": {"policy": "exp", "gamma": 0.7, "by_epoch": false}})",
      R"({"lr_config": {"policy": "inv", "gamma": 0.3, "power": 0.8, "by_epoch": false}})",
      R"({"lr_config": {"policy": "poly", "power": 0.9, "min_lr": 1e-4, "by_epoch": false}})",
      R"({"lr_config": {"policy": "CosineAnnealing", "min_lr_ratio": 0.01, "by_epoch": false}})",
      R"({"lr_config": {"policy": "FlatCosineAnnealing", "start_percent": 0.2, "min_lr": 0, "by_epoch": false}})",
      R"({"lr_config": {"policy": "CosineRestart", "periods": [4, 6], "restart_weights": [1, 0.5], "min_lr": 1e-5,
          "by_epoch": false}})",
      R"({"lr_config": {"policy": "LinearAnnealing", "min_lr": 1e-4, "by_epoch": false},
          "momentum_config": {"policy": "LinearAnnealing", "min_momentum": 0.5, "by_epoch": false}})",
      R"({"lr_config": {"policy": "cyclic", "target_ratio": [10, 1e-4], "cyclic_times": 2, "step_ratio_up": 0.4},
          "momentum_config": {"policy": "cyclic", "target_ratio": [0.8947368421052632, 1], "cyclic_times": 2}})",
      R"({"lr_config": {"policy": "OneCycle", "max_lr": 0.05},
          "momentum_config": {"policy": "OneCycle", "base_momentum": 0.85, "max_momentum": 0.95}})",
      R"({"lr_config": {"policy": "CyclicLR", "base_lr": 1e-3, "max_lr": 0.02, "step_size_up": 3},
          "momentum_config": {"policy": "CyclicLR", "base_momentum": 0.8, "max_momentum": 0.9, "step_size_up": 3}})",
      R"({"lr_config": {"policy": "CosineAnnealingWarmRestarts", "T_0": 2, "T_mult": 2, "by_epoch": false}})",
      R"({"momentum_config": {"policy": "step", "step": [1], "gamma": 0.9, "warmup": "linear", "warmup_iters": 4,
          "warmup_ratio": 0.95}})",
      R"({"schedules": {"weight_decay": {"policy": "LinearAnnealing", "min_value": 0.01, "by_epoch": false}}})");
  CAPTURE(text);
  auto patch = no_schedule();
  patch["optimizer"] = {{"type", "SGD"}, {"lr", 0.01}, {"momentum", 0.9}, {"weight_decay", 1e-4}};
  const auto own = ph::Json::parse(text);
  for (const auto& [key, value] : own.items()) {
    if (patch.contains(key)) {
      patch[key].update(value);
    } else {
      patch[key] = value;
    }
  }
  require_unbroken(patch, 2);
}
