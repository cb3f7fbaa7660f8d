// Iterations that must not reach the weights, in real runs. The Probe makes them: it puts something into the
// weights before an iteration and takes it out afterwards.
#include "config/error.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"
#include "train/checkpoint.hpp"

using test::ContainsSubstring;

namespace {

std::string probe(int stage, int iter, const std::string& rest) {
  return R"({"type": "Probe", "mutates": true, "stage": )" + std::to_string(stage) + R"(, "iter": )" +
         std::to_string(iter) + ", " + rest + "}";
}

const std::string kPoison = R"("action": "poison")";  // weights that are no numbers

// Weights as they were made, times `factor`.
std::string scale(const std::string& what, double factor) {
  return R"("action": "scale", "name": ")" + what + R"(", "value": )" + std::to_string(factor);
}

ph::RunPlan plan_with(const test::TempFolder& folder, const std::string& hooks, int epochs = 1) {
  const auto patch = R"({"evaluation": null, "total_epochs": )" + std::to_string(epochs) +
                     R"(, "checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1},
                        "custom_hooks": [)" +
                     hooks + "]}";
  auto options = test::small_run(folder.path(), patch);
  options.plugin_dirs = {POSEHOST_BUILD_DIR "/tests/probe"};
  return ph::make_plan(options);
}

// One iteration, the third, sees senseless weights, its checkpoint no more.
std::string one_bad_iteration() {
  return probe(PH_STAGE_BEFORE_TRAIN_ITER, 2, kPoison) + ", " +
         probe(PH_STAGE_AFTER_TRAIN_ITER, 2, scale("param/", 1) + R"(, "priority": 45)");
}

ph::Error error_of(ph::RunPlan& plan) {
  try {
    (void)test::train(plan);
  } catch (const ph::Error& error) {
    return error;
  }
  FAIL("no error");
  throw 0;
}

}  // namespace

TEST_CASE("An update is left out, and the batch leaves no trace", "[train][nan]") {
  const test::TempFolder folder;
  auto plan =
      plan_with(folder, one_bad_iteration() + R"(, {"type": "NaNGuard", "action": "skip", "max_loss": 10})");
  CHECK(test::train(plan).finished);
  const auto before = ph::load_checkpoint(plan.work_dir / "iter_2.safetensors");
  const auto after = ph::load_checkpoint(plan.work_dir / "iter_3.safetensors");
  const auto end = ph::load_checkpoint(plan.work_dir / "iter_5.safetensors");
  CHECK(after.position.iter == 3);
  CHECK(after.position.opt_step == 2);
  CHECK(end.position.opt_step == 4);
  CHECK(ph::not_finite(end.tensors).empty());
  const auto rows = test::rows(plan, "train");
  REQUIRE_FALSE(rows.empty());
  for (const auto& row : rows) CHECK((!row.contains("loss") || row.at("loss").is_number()));
  CHECK(rows.back().contains("loss"));  // the mean of the iterations that counted
  for (const auto& [name, tensor] : before.tensors) {
    // Statistics of batch norms and the optimizer's state; the Probe has changed the weights.
    const bool statistic =
        name.rfind("@opt/", 0) == 0 || (name[0] != '@' && name.find("running_") != name.npos);
    CAPTURE(name);
    if (statistic) REQUIRE(at::equal(tensor, after.tensors.at(name)));
  }
}

TEST_CASE("Without a guard one bad batch ends the run, and names its pictures", "[train][nan][error]") {
  const test::TempFolder folder;
  const auto guard = GENERATE(std::string(), R"(, {"type": "NaNGuard", "action": "stop"})",
                              R"(, {"type": "NaNGuard", "action": "skip", "max_skips": 0})",
                              R"(, {"type": "NaNGuard", "max_rollbacks": 0})");
  CAPTURE(guard);
  auto plan = plan_with(folder, one_bad_iteration() + guard);
  const auto error = error_of(plan);
  CHECK(error.kind() == ph::ErrorKind::nan);
  CHECK_THAT(error.summary(), ContainsSubstring("iteration 3: the loss is"));
  CHECK_THAT(error.found(), ContainsSubstring("batch 3: ") && ContainsSubstring("mirror_mouse/images/"));
  CHECK_FALSE(error.expected().empty());
  CHECK_FALSE(error.advice().empty());
  CHECK(ph::not_finite(ph::load_checkpoint(plan.work_dir / "iter_2.safetensors").tensors).empty());
}

TEST_CASE("Too many updates that are left out in a row end the run", "[train][nan][error]") {
  const test::TempFolder folder;
  auto plan = plan_with(folder, probe(PH_STAGE_BEFORE_TRAIN_ITER, 2, kPoison) +
                                    R"(, {"type": "NaNGuard", "action": "skip", "max_skips": 2})");
  const auto error = error_of(plan);
  CHECK(error.kind() == ph::ErrorKind::nan);
  CHECK_THAT(error.summary(),
             ContainsSubstring("iteration 5: ") && ContainsSubstring("after 2 updates left out"));
}

TEST_CASE("A gradient that is not finite is seen before it is used", "[train][nan]") {
  const test::TempFolder folder;
  const std::string bad =
      probe(PH_STAGE_BEFORE_OPTIMIZER_STEP, 2, scale("grad/", 1e308) + R"(, "priority": "HIGHEST")");
  const auto action = GENERATE("skip", "rollback");
  auto plan = plan_with(
      folder, bad + R"(, {"type": "NaNGuard", "check_gradients": true, "action": ")" + action + "\"}");
  CHECK(test::train(plan).finished);
  const auto end = ph::load_checkpoint(plan.work_dir / "iter_5.safetensors");
  CHECK(end.position.opt_step == 4);
  CHECK(ph::not_finite(end.tensors).empty());
  // One that does not look has weights that are no numbers by then.
  const test::TempFolder other;
  auto blind = plan_with(other, bad);
  CHECK_THAT(error_of(blind).summary(), ContainsSubstring("iteration 4: the loss is"));
}

TEST_CASE("A rollback passes over checkpoints that are not good", "[train][nan]") {
  // Of iterations that are counted from 1: `damaged` is cut short before the next one, which sees senseless weights.
  const auto hooks = [](const test::TempFolder& folder, int damaged) {
    const auto file = folder.path() / "run" / ("iter_" + std::to_string(damaged) + ".safetensors");
    return probe(PH_STAGE_BEFORE_TRAIN_ITER, damaged,
                 R"("action": "truncate", "name": ")" + file.string() + "\"") +
           ", " + probe(PH_STAGE_BEFORE_TRAIN_ITER, damaged, kPoison) + R"(, {"type": "NaNGuard"})";
  };
  const test::TempFolder folder;
  auto plan = plan_with(folder, hooks(folder, 3));
  CHECK(test::train(plan).finished);
  const auto before = ph::load_checkpoint(plan.work_dir / "iter_2.safetensors");
  const auto after = ph::load_checkpoint(plan.work_dir / "iter_4.safetensors");
  CHECK(ph::not_finite(after.tensors).empty());
  CHECK(after.position.iter == 4);
  CHECK(at::equal(before.tensors.at("backbone.conv1.weight"), after.tensors.at("backbone.conv1.weight")));

  const test::TempFolder other;
  auto first = plan_with(other, hooks(other, 1));
  const auto error = error_of(first);
  CHECK(error.kind() == ph::ErrorKind::nan);
  CHECK_THAT(error.summary(), ContainsSubstring("no good checkpoint to roll back to"));
}

TEST_CASE("Weights that were spoiled after their update have no checkpoint to go back to", "[train][nan]") {
  const test::TempFolder folder;
  const std::string spoil = probe(PH_STAGE_AFTER_TRAIN_ITER, 2, R"("action": "poison", "priority": 45)");
  auto plan = plan_with(folder, spoil + R"(, {"type": "NaNGuard"})");
  CHECK(test::train(plan).finished);
  CHECK_FALSE(std::filesystem::exists(plan.work_dir / "iter_3.safetensors"));
  const auto before = ph::load_checkpoint(plan.work_dir / "iter_2.safetensors");
  const auto after = ph::load_checkpoint(plan.work_dir / "iter_4.safetensors");
  CHECK(ph::not_finite(after.tensors).empty());
  CHECK(at::equal(before.tensors.at("backbone.conv1.weight"), after.tensors.at("backbone.conv1.weight")));
}
