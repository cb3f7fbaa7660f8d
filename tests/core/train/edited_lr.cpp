// A lr that somebody edits, in the config of a resumed run or by `posehost ctl set`, takes effect with every schedule.
#include "run/run_requests.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"
#include "train/run_control.hpp"
#include "train/run_schedules.hpp"

namespace {

const char* const kOften = R"("evaluation": null, "log_config": {"interval": 1},
  "checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1})";

ph::RunOptions config(const std::filesystem::path& folder, const std::string& lr_config, double lr,
                      const std::string& more = "") {
  ph::Json patch = ph::Json::parse(std::string("{") + kOften + more + "}");
  patch["optimizer"] = {{"type", "SGD"}, {"lr", lr}, {"momentum", 0.9}};
  // The base's schedule goes, key by key.
  patch["lr_config"] =
      ph::Json::parse(R"({"step": null, "warmup": null, "warmup_iters": null, "warmup_ratio": null})");
  patch["lr_config"].update(ph::Json::parse(lr_config));
  return test::small_run(folder, patch.dump());
}

std::vector<double> lrs(const ph::RunPlan& plan, const std::string& log) {
  std::vector<double> all;
  for (const auto& row : test::rows(plan, "train", log)) all.push_back(row.at("lr"));
  return all;
}

/// As a config alone has it.
double planned(const ph::RunPlan& plan, std::int64_t iter) {
  const auto run = ph::schedules_of(plan);
  return run.value(iter, 0, run.columns()[0]);
}

/// Trains with a request that the run takes after its first iteration.
void train_with(ph::RunPlan& plan, const ph::RunRequest& request) {
  std::filesystem::create_directories(plan.work_dir);
  ph::RunControl control(plan, "log", "cfg.json");
  ph::Runner runner(plan, "log", 0);
  runner.attach(control);
  (void)ph::post_request(plan.work_dir, request);
  (void)runner.run();
}

struct Policy {
  std::string before, after;  // lr_config; after: edited, where the lr stands in it
};

Policy policy() {
  const auto same = [](const std::string& text) { return Policy{text, text}; };
  return GENERATE_COPY(
      same(R"({"policy": "fixed"})"), same(R"({"policy": "step", "step": [1], "gamma": 0.1})"),
      same(R"({"policy": "step", "step": [8], "by_epoch": false, "warmup": "exp", "warmup_iters": 9})"),
      same(R"({"policy": "exp", "gamma": 0.7, "by_epoch": false})"),
      same(R"({"policy": "inv", "gamma": 0.3, "by_epoch": false})"),
      same(R"({"policy": "poly", "min_lr": 1e-4, "by_epoch": false})"),
      same(R"({"policy": "CosineAnnealing", "min_lr": 1e-5, "by_epoch": false})"),
      same(
          R"({"policy": "FlatCosineAnnealing", "start_percent": 0.6, "min_lr_ratio": 0.1, "by_epoch": false})"),
      same(R"({"policy": "CosineRestart", "periods": [6, 4], "restart_weights": [1, 0.5], "min_lr": 0,
               "by_epoch": false})"),
      same(R"({"policy": "LinearAnnealing", "min_lr": 0, "by_epoch": false})"),
      same(R"({"policy": "cyclic", "target_ratio": [10, 1e-4]})"),
      same(R"({"policy": "CosineAnnealingWarmRestarts", "T_0": 3, "by_epoch": false})"),
      Policy{R"({"policy": "OneCycle", "max_lr": 0.05})", R"({"policy": "OneCycle", "max_lr": 0.02})"},
      Policy{R"({"policy": "CyclicLR", "base_lr": 1e-3, "max_lr": 0.02, "step_size_up": 3})",
             R"({"policy": "CyclicLR", "base_lr": 5e-4, "max_lr": 0.01, "step_size_up": 3})"});
}

}  // namespace

TEST_CASE("An edited lr takes effect on resume, with every schedule where it was", "[train][resume][lr]") {
  const test::TempFolder folder;
  const auto [before, after] = policy();
  CAPTURE(before);
  auto first = ph::make_plan(config(folder.path(), before, 0.01));
  (void)test::train(first);
  auto second = ph::make_plan(config(folder.path(), after, 0.004));
  (void)test::train(second, first.work_dir / "iter_6.safetensors", "second");
  const auto now = lrs(second, "second");
  REQUIRE(now.size() == 4);
  for (std::size_t i = 0; i < now.size(); ++i) {
    const auto iter = static_cast<std::int64_t>(6 + i);
    CHECK(now[i] == planned(second, iter));
    CHECK(now[i] != planned(first, iter));
  }
}

TEST_CASE(
    "A lr that was set from outside takes effect with every schedule, and stays when the run is resumed",
    "[train][resume][lr][ctl]") {
  const test::TempFolder folder;
  const auto [before, after] = policy();
  CAPTURE(before);
  auto plan = ph::make_plan(config(folder.path(), before, 0.01));
  train_with(plan, {"set", "lr", 0.003});
  const auto whole = lrs(plan, "log");
  REQUIRE(whole.size() == 10);
  CHECK(whole[0] == planned(plan, 0));
  // Most go on as if the config had said so; the value of now, and in proportion, with values of their own.
  const auto own = before.find("Cycle\"") != before.npos || before.find("CyclicLR") != before.npos;
  auto said = ph::make_plan(config(folder.path(), before, 0.003));
  for (std::int64_t i = 1; i < 10; ++i) {
    CAPTURE(i);
    const auto expected = own ? 0.003 / planned(plan, 1) * planned(plan, i) : planned(said, i);
    CHECK_THAT(whole[static_cast<std::size_t>(i)], test::WithinRel(expected, 1e-14));
  }
  auto rest = ph::make_plan(config(folder.path(), before, 0.01));
  (void)test::train(rest, plan.work_dir / "iter_5.safetensors", "rest");
  const auto resumed = lrs(rest, "rest");
  REQUIRE(resumed.size() == 5);
  for (std::size_t i = 0; i < resumed.size(); ++i) CHECK(resumed[i] == whole[i + 5]);
  // A config that has been edited since has the last word.
  auto edited = ph::make_plan(config(folder.path(), after, 0.008));
  (void)test::train(edited, plan.work_dir / "iter_5.safetensors", "edited");
  CHECK(lrs(edited, "edited").front() == planned(edited, 5));
}

TEST_CASE("A lr that a plateau has reduced is reduced as often from an edited one", "[train][resume][lr]") {
  const test::TempFolder folder;
  // More is better, by far, of a loss: every epoch but the first is one without improvement.
  const std::string plateau = R"({"policy": "ReduceLROnPlateau", "monitor": "train/loss", "mode": "max",
                                  "patience": 0, "factor": 0.5, "threshold": 10})";
  const std::string long_run = R"(, "total_epochs": 4)";
  auto first = ph::make_plan(config(folder.path(), plateau, 0.001, long_run));
  train_with(first, {"set", "momentum", 0.8});
  const auto before = lrs(first, "log");
  REQUIRE(before.size() == 20);
  CHECK(before[9] == 0.001);
  CHECK(before[10] == 0.0005);
  auto second = ph::make_plan(config(folder.path(), plateau, 0.004, long_run));
  (void)test::train(second, first.work_dir / "iter_12.safetensors", "second");
  CHECK(lrs(second, "second").front() == 0.002);
  const test::TempFolder other;
  auto third = ph::make_plan(config(other.path(), plateau, 0.001, long_run));
  train_with(third, {"set", "lr", 0.004});
  const auto set = lrs(third, "log");
  CHECK(set[1] == 0.004);
  CHECK(set[10] == 0.002);
}

TEST_CASE("A value that no config could give is not set", "[train][lr][ctl][error]") {
  const test::TempFolder folder;
  const auto refused = [&](const std::string& lr_config, const ph::RunRequest& request,
                           const std::string& more = "") {
    auto plan = ph::make_plan(config(folder.path(), lr_config, 0.01, more));
    const double lr = planned(plan, 9);
    train_with(plan, request);
    CHECK(plan.optimizers->hyper(0, "lr") == lr);
    return plan.optimizers->hyper(0, "momentum").value();
  };
  const std::string cycle = R"({"policy": "OneCycle", "max_lr": 0.05})";
  CHECK(refused(R"({"policy": "fixed"})", {"set", "lr", -1}) == 0.9);
  CHECK(refused(cycle, {"set", "lr", -1}) == 0.9);
  CHECK(refused(R"({"policy": "fixed"})", {"set", "momentum", -0.5}) == 0.9);
  CHECK(refused(R"({"policy": "fixed"})", {"set", "nothing", 1}) == 0.9);
  // 0.85 at the peak: 0.94 there would be more than 1 at the end.
  CHECK(
      refused(R"({"policy": "fixed"})", {"set", "momentum", 0.99},
              R"(, "momentum_config": {"policy": "OneCycle", "base_momentum": 0.6, "max_momentum": 0.95})") >
      0.94);
}
