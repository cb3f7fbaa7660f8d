#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

std::string plan_error(const std::string& patch) {
  const test::TempFolder folder;
  return test::error_of([&] { (void)ph::make_plan(test::small_run(folder.path(), patch)); });
}

}  // namespace

TEST_CASE("What cannot train is found before training", "[train][error]") {
  const auto [patch, expected] = GENERATE(table<std::string, std::string>({
      {R"({"data": {"samples_per_gpu": 100, "drop_last": true}})",
       "no batch to train on: 72 instances, 100 a batch"},
      {R"({"lr_config": {"warmup_iters": 11}})", "/lr_config"},
      {R"({"lr_config": {"policy": "stepp"}})", "Step"},
      {R"({"lr_config": {"gama": 0.5}})", "gamma"},
      {R"({"lr_config": {"warmup": null}})", "no warm-up that it could belong to"},
      {R"({"optimizer": {"type": "Adamm"}})", "Adam"},
      {R"({"optimizer": {"weight_dacay": 0.1}})", "weight_decay"},
      {R"({"optimizer": {"lr": "fast"}})", "/optimizer/lr"},
      {R"({"optimizer": {"lr": -1}})", "/optimizer/lr"},
      {R"({"model": {"keypoint_head": {"out_channels": 14}}})", "14 keypoints, the data set has 17"},
      {R"({"model": {"backbone": {"type": "ResNett"}}})", "ResNet"},
      {R"({"custom_hooks": [{"type": "TextLoger"}]})", "TextLogger"},
      {R"({"custom_hooks": [{"type": "TextLogger", "priority": "HIHG"}]})", "HIGH"},
      {R"({"momentum_config": {"policy": "step", "step": 1}, "optimizer": {"type": "SGD"}, "workflow": [["val", 1]]})",
       "nothing is trained"},
      {R"({"workflow": [["train", 1], ["vall", 1]]})", "val"},
      {R"({"evaluation": {"metric": "PCKK"}})", "PCK"},
      {R"({"lr_config": {"step": null, "policy": "ReduceLROnPlateau", "monitor": "PCK"}, "evaluation": null})",
       "this run makes no evaluation"},
      {R"({"lr_config": {"step": null, "policy": "OneCycle", "max_lr": [0.1, 0.2]}})",
       "max_lr has 2 values; expected 1"},
      {R"({"schedules": {"beta3": {"policy": "fixed"}}})", "did you mean \"beta1\""},
      {R"({"data": {"val": null}})", "no data to evaluate on"},
  }));
  CAPTURE(patch);
  CHECK_THAT(plan_error(patch), test::ContainsSubstring(expected));
}

TEST_CASE("A dry run shows groups, schedules, hooks, data and memory", "[train]") {
  const test::TempFolder folder;
  auto options = test::small_run(
      folder.path(), R"({"optimizer": {"weight_decay": 0.01, "paramwise_cfg": {"norm_decay_mult": 0.0}}})");
  SECTION("with data") {}
  SECTION("without") {
    options.no_data = true;
    options.iters_per_epoch = 7;
  }
  auto plan = ph::make_plan(options);
  REQUIRE(plan.optimizers->n_groups() == 2);
  std::string text;
  for (const auto& line : ph::describe_plan(plan)) text += line + "\n";
  for (const char* expected : {"org.posehost.optimizers/Adam", "group  tensors", "norm_decay_mult 0.0",
                               "Schedule of lr", "Hooks will be executed", "IterTimer", "Memory estimate"}) {
    CHECK_THAT(text, test::ContainsSubstring(expected));
  }
  CHECK_THAT(text, test::ContainsSubstring(options.no_data ? "2 epochs of 7 iterations"
                                                           : "2 epochs of 5 iterations"));
  CHECK_FALSE(std::filesystem::exists(plan.work_dir));
}

TEST_CASE("A network that oneDNN would spoil the memory with is contiguous", "[train][plan]") {
  const test::TempFolder folder;
  const auto narrow = ph::make_plan(test::small_run(folder.path()));
  CHECK_FALSE(narrow.compute.channels_last);
  CHECK(std::any_of(narrow.compute.notes.begin(), narrow.compute.notes.end(),
                    [](const auto& note) { return note.find("channels_last: off") == 0; }));
  const auto wide = ph::make_plan(test::small_run(folder.path(), R"({"model": {
    "backbone": {"base_channels": 16, "stem_channels": 16}, "keypoint_head": {"in_channels": 128}}})"));
  CHECK(wide.compute.channels_last);
}
