// What `posehost schedule` shows is what a run has, with several optimizers too.
#include "config/run_config.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"
#include "train/run_schedules.hpp"

namespace {

using Values = std::vector<std::vector<std::optional<double>>>;  // [iteration][group]

const char* const kSchedules = R"("total_epochs": 2, "evaluation": null, "checkpoint_config": null,
  "lr_config": {"policy": "step", "step": [1], "warmup": "linear", "warmup_iters": 3, "warmup_ratio": 0.1},
  "momentum_config": {"policy": "cyclic", "target_ratio": [0.9, 1]},
  "schedules": {"beta2": {"policy": "LinearAnnealing", "min_value": 0.9, "by_epoch": false},
                "weight_decay": {"policy": "poly", "power": 0.5, "by_epoch": false}})";

/// What the optimizers of a run have in each of its iterations, by column of `shown`.
std::vector<Values> trained(ph::RunPlan& plan, const ph::ScheduledRun& shown) {
  std::vector<Values> all(shown.columns().size());
  std::filesystem::create_directories(plan.work_dir);
  ph::Runner runner(plan, "log", 0);
  plan.steps->optimize = [&plan, &shown, &all, step = plan.steps->optimize] {
    for (std::size_t c = 0; c < all.size(); ++c) {
      auto& now = all[c].emplace_back();
      for (std::size_t g = 0; g < plan.optimizers->n_groups(); ++g)
        now.push_back(plan.optimizers->hyper(g, ph::key_of(shown.hypers[shown.columns()[c]])));
    }
    step();
  };
  (void)runner.run();
  return all;
}

void require_equal(const ph::ScheduledRun& shown, const std::vector<Values>& trained) {
  const auto columns = shown.columns();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    REQUIRE(trained[c].size() == static_cast<std::size_t>(shown.length.max_iters));
    for (std::size_t i = 0; i < trained[c].size(); ++i) {
      REQUIRE(trained[c][i].size() == shown.groups.size());
      for (std::size_t g = 0; g < shown.groups.size(); ++g) {
        CAPTURE(shown.hypers[columns[c]].name, i, g);
        const auto& value = trained[c][i][g];
        REQUIRE(value.has_value() == shown.has(g, columns[c]));
        if (value) REQUIRE(*value == shown.value(static_cast<std::int64_t>(i), g, columns[c]));
      }
    }
  }
}

std::vector<std::string> names_of(const ph::ScheduledRun& run) {
  std::vector<std::string> names;
  for (const auto column : run.columns()) names.push_back(run.hypers[column].name);
  return names;
}

ph::ScheduledRun without_model(const ph::RunPlan& plan, const std::filesystem::path& config,
                               const std::vector<std::string>& groups) {
  std::vector<ph::Node> nodes;
  for (const auto& group : groups) nodes.push_back(ph::Node::parse(group, "--group"));
  return ph::read_scheduled_run(ph::check_schedule_config(ph::load_config(config)), *plan.plugins,
                                plan.length.iters_per_epoch, nodes);
}

}  // namespace

TEST_CASE("The schedules of a dict of optimizers are shown as a run has them",
          "[train][schedule][optimizers]") {
  const test::TempFolder folder;
  const auto options = test::small_run(folder.path(), std::string("{") + kSchedules + R"(, "optimizer": {
    "type": null, "lr": null,
    "backbone": {"type": "SGD", "lr": 0.01, "momentum": 0.9, "weight_decay": 0.001,
                 "paramwise_cfg": {"custom_keys": {"layer4": {"lr_mult": 0.5}}}},
    "keypoint_head": {"type": "Adam", "lr": 0.002, "weight_decay": 0.01,
                      "paramwise_cfg": {"norm_decay_mult": 0}}}})");
  auto plan = ph::make_plan(options);
  const auto shown = ph::schedules_of(plan);
  REQUIRE(shown.groups.size() == 4);
  CHECK(shown.groups[1].optimizer == "backbone: SGD");
  CHECK(shown.groups[2].optimizer == "keypoint_head: Adam");
  // SGD's momentum and Adam's beta1 share a column, and a name.
  CHECK(names_of(shown) == std::vector<std::string>{"lr", "momentum", "beta2", "weight_decay"});
  CHECK_FALSE(shown.has(0, shown.columns()[2]));

  // The same without the model, its groups told; those of one optimizer in their order, whatever stands between.
  const auto told = without_model(
      plan, options.config,
      {R"({"optimizer": "keypoint_head"})", R"({"optimizer": "backbone"})",
       R"({"optimizer": "keypoint_head", "weight_decay": 0})", R"({"optimizer": "backbone", "lr": 0.005})"});
  const auto values = trained(plan, shown);
  require_equal(shown, values);
  CHECK(names_of(told) == names_of(shown));
  require_equal(told, values);
}

TEST_CASE("The schedules of Muon and what it leaves to others are shown as a run has them",
          "[train][schedule][optimizers]") {
  const test::TempFolder folder;
  const auto options = test::small_run(folder.path(), std::string("{") + kSchedules + R"(, "optimizer": {
    "type": "Muon", "lr": 0.02, "weight_decay": 0.05,
    "others": {"type": "AdamW", "lr": 0.002, "weight_decay": 0.01}}})");
  auto plan = ph::make_plan(options);
  const auto shown = ph::schedules_of(plan), told = without_model(plan, options.config, {});
  CHECK(told.groups[0].optimizer == "Muon: Muon");
  CHECK(told.groups[1].optimizer == "others: AdamW");
  const auto values = trained(plan, shown);
  require_equal(shown, values);
  require_equal(told, values);
}
