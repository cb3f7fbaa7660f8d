// What hooks can do to a run, done by the Probe plugin (tests/fixtures/probe).
#include <set>

#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "train/checkpoint.hpp"

using test::ContainsSubstring;

namespace {

// A run with these hooks beside its own; one line a call of each Probe is left in probe.txt.
ph::RunPlan plan_with(const test::TempFolder& folder, const std::string& hooks,
                      const std::string& patch = "{}") {
  auto json = ph::Json::parse(patch);
  json["custom_hooks"] = ph::Json::parse(hooks);
  json["total_epochs"] = json.value("total_epochs", 1);
  if (!json.contains("evaluation")) json["evaluation"] = nullptr;
  auto options = test::small_run(folder.path(), json.dump());
  options.plugin_dirs = {POSEHOST_BUILD_DIR "/tests/probe"};
  return ph::make_plan(options);
}

std::vector<std::string> notes(const ph::RunPlan& plan) {
  std::ifstream in(plan.work_dir / "probe.txt");
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

std::string probe(const std::string& rest) { return R"({"type": "Probe", )" + rest + "}"; }

}  // namespace

TEST_CASE("A hook sees tensors by prefix and its own slots", "[train][hooks]") {
  const test::TempFolder folder;
  std::string hooks = "[";
  for (const char* name : {"param/", "buffer/", "model/", "hook/copy/", "hook/zeros/", "grad/", "batch/",
                           "slot/exp_avg/", "param/keypoint_head.", "nothing/", "hook/gone/"})
    hooks += (hooks.size() > 1 ? ", " : "") +
             probe(R"("iter": 0, "action": "count", "name": ")" + std::string(name) + "\"");
  auto plan = plan_with(folder, hooks + "]");
  (void)test::train(plan);
  const auto params = plan.model->named_parameters().size(), buffers = plan.model->named_buffers().size();
  const auto found = notes(plan);
  const auto count = [](std::size_t n) { return "count " + std::to_string(n); };
  REQUIRE(found.size() == 11);
  CHECK(found[0] == count(params));
  CHECK(found[1] == count(buffers));
  CHECK(found[2] == count(params + buffers));
  CHECK(found[3] == count(params));
  CHECK(found[4] == count(params + buffers));
  CHECK(found[5] == count(params));
  CHECK(found[6] == count(3));
  CHECK(found[7] == count(params));
  std::size_t head = 0;
  for (const auto& item : plan.model->named_parameters()) head += item.key().rfind("keypoint_head.", 0) == 0;
  CHECK((head > 0 && found[8] == count(head)));
  CHECK(found[9] == "count status " + std::to_string(PH_ERR_NOT_FOUND));
  CHECK(found[10] == "count status " + std::to_string(PH_ERR_NOT_FOUND));
}

TEST_CASE("Slots begin as a copy, can be combined with anything, and are in checkpoints", "[train][hooks]") {
  const test::TempFolder folder;
  auto plan = plan_with(
      folder, "[" + probe(R"("stage": 0, "action": "norm", "name": "param/")") + ", " +
                  probe(R"("iter": 4, "action": "norm", "name": "hook/copy/")") + ", " +
                  probe(R"("iter": 4, "action": "scale", "name": "hook/zeros/", "value": 2)") + "]");
  const auto weight = plan.model->named_parameters()["backbone.conv1.weight"].detach().clone();
  (void)test::train(plan);
  const auto found = notes(plan);
  REQUIRE(found.size() == 3);
  CHECK(found[0] == found[1]);  // of the beginning, five iterations later
  // "hook/copy/" has no buffers, "hook/zeros/" has: nothing is changed where one is missing.
  CHECK(found[2] == "scale status " + std::to_string(PH_ERR_NOT_FOUND));
  const auto file = ph::load_checkpoint(plan.work_dir / "epoch_1.safetensors");
  const std::string key = "@hook/org.posehost.test.probe/Probe";
  for (const char* nth : {"", "#2", "#3"}) {
    CHECK(at::equal(file.tensors.at(key + nth + "/copy/backbone.conv1.weight"), weight));
    CHECK(file.tensors.at(key + nth + "/zeros/backbone.bn1.running_mean").abs().sum().item<double>() == 0);
  }
}

TEST_CASE("A hook that did not declare MUTATES is refused", "[train][hooks]") {
  const test::TempFolder folder;
  const auto actions = [](const std::string& more) {
    return "[" + probe(R"("iter": 0, "action": "scale", "name": "param/", "value": 0)" + more) + ", " +
           probe(R"("iter": 0, "action": "swap", "name": "param/")" + more) + ", " +
           probe(R"("iter": 0, "action": "hyper", "name": "lr", "value": 1)" + more) + ", " +
           probe(R"("iter": 0, "action": "freeze", "name": "backbone.conv1.weight")" + more) + ", " +
           probe(R"("iter": 0, "action": "rollback")" + more) + "]";
  };
  const auto status = " status " + std::to_string(PH_ERR_UNSUPPORTED);
  auto refused = plan_with(folder, actions(""));
  (void)test::train(refused);
  CHECK(notes(refused) == std::vector<std::string>{"scale" + status, "swap" + status, "hyper" + status,
                                                   "freeze" + status, "rollback" + status});
  const test::TempFolder other;
  auto allowed = plan_with(other, actions(R"(, "mutates": true)"));
  (void)test::train(allowed);
  CHECK(notes(allowed) ==
        std::vector<std::string>{"scale done", "swap done", "hyper done", "freeze done", "rollback nothing"});
}

TEST_CASE("A frozen parameter stands still, the rest trains", "[train][hooks]") {
  const test::TempFolder folder;
  auto plan = plan_with(
      folder,
      "[" + probe(R"("stage": 0, "action": "freeze", "name": "backbone.conv1.weight", "mutates": true)") +
          "]");
  const auto params = plan.model->named_parameters();
  const auto frozen = params["backbone.conv1.weight"].detach().clone();
  const auto free = params["backbone.layer1.0.conv1.weight"].detach().clone();
  (void)test::train(plan);
  CHECK(at::equal(params["backbone.conv1.weight"], frozen));
  CHECK_FALSE(at::equal(params["backbone.layer1.0.conv1.weight"], free));
}

TEST_CASE("A hyper-parameter that a hook sets stands until a schedule sets it", "[train][hooks]") {
  const test::TempFolder folder;
  const auto set = probe(R"("iter": 1, "action": "hyper", "name": "lr", "value": 0.25, "mutates": true)");
  const auto run = [&](const std::string& patch) {
    auto plan = plan_with(folder, "[" + set + "]", patch);
    (void)test::train(plan);
    return test::rows(plan, "train");
  };
  const auto constant = run(R"({"lr_config": null})");
  CHECK((constant[1].at("lr") == 0.25 && constant[4].at("lr") == 0.25));
  const test::TempFolder other;
  auto plan =
      plan_with(other, "[" + set + "]",
                R"({"lr_config": {"policy": "fixed", "step": null, "warmup": null, "warmup_iters": null,
                            "warmup_ratio": null}})");
  (void)test::train(plan);
  const auto scheduled = test::rows(plan, "train");
  CHECK((scheduled[1].at("lr") == 0.25 && scheduled[2].at("lr") == scheduled[0].at("lr")));
}

TEST_CASE("What a hook publishes reaches the hooks that take it", "[train][hooks]") {
  const test::TempFolder folder;
  auto plan = plan_with(folder, "[" + probe(R"("iter": 2, "action": "publish")") + "]");
  (void)test::train(plan);
  CHECK(notes(plan) == std::vector<std::string>{"publish done",
                                                "got org.posehost.test.probe/Probe words some",
                                                "got org.posehost.test.probe/Probe dots 2:7"});
}

TEST_CASE("A hook that fails ends the run, or only its own part in it", "[train][hooks][error]") {
  const test::TempFolder folder;
  const std::string failing = R"("iter": 2, "action": "fail")";
  auto ends = plan_with(folder, "[" + probe(failing) + "]");
  const auto text = test::error_of([&] { (void)test::train(ends); });
  CHECK_THAT(text, ContainsSubstring("org.posehost.test.probe/Probe"));
  CHECK_THAT(text, ContainsSubstring("after_train_iter failed"));
  CHECK_THAT(text, ContainsSubstring("the probe fails as it was told"));
  auto goes_on = plan_with(folder, "[" + probe(R"("on_error": "disable", "action": "fail")") + "]");
  CHECK(test::train(goes_on).finished);
  CHECK_THAT(test::error_of([&] {
               (void)plan_with(folder, "[" + probe(R"("on_error": "ignor", "action": "x")") + "]");
             }),
             ContainsSubstring("abort, disable or ignore"));
}

TEST_CASE("A failure that is ignored leaves the hook in the run", "[train][hooks]") {
  const test::TempFolder folder;
  auto plan = plan_with(folder, "[" + probe(R"("on_error": "ignore", "iter": 1, "action": "fail")") + ", " +
                                    probe(R"("action": "count", "name": "param/")") + "]");
  CHECK(test::train(plan).finished);
  auto every = plan_with(folder, "[" + probe(R"("on_error": "ignore", "action": "fail")") + "]",
                         R"({"total_epochs": 3})");
  CHECK(test::train(every).finished);  // 15 failures
}

TEST_CASE("Evaluations and saves cannot be asked for from within themselves", "[train][hooks]") {
  const test::TempFolder folder;
  const auto status = " status " + std::to_string(PH_ERR_UNSUPPORTED);
  auto plan =
      plan_with(folder,
                "[" + probe(R"("stage": 15, "action": "evaluate")") + ", " +
                    probe(R"("stage": 14, "action": "evaluate")") + ", " +
                    probe(R"("stage": 15, "action": "save", "name": "a.safetensors")") + ", " +
                    probe(R"("stage": 16, "action": "save", "name": "b.safetensors")") + ", " +
                    probe(R"("stage": 17, "action": "rollback", "mutates": true)") + "]",
                R"({"evaluation": {"interval": 1, "metric": "PCK"}, "checkpoint_config": {"interval": 1}})");
  (void)test::train(plan);
  const auto found = notes(plan);
  const std::set<std::string> different(found.begin(), found.end());
  CHECK(different == std::set<std::string>{"evaluate" + status, "save" + status, "rollback" + status});
}

TEST_CASE("A rollback brings weights back and goes on", "[train][hooks]") {
  const test::TempFolder folder;
  const std::string save = R"("checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1})";
  auto plan =
      plan_with(folder,
                "[" + probe(R"("iter": 2, "action": "poison", "mutates": true, "priority": "VERY_LOW")") +
                    R"(, {"type": "NaNGuard", "max_rollbacks": 1}])",
                "{" + save + "}");
  const auto result = test::train(plan);
  CHECK(result.finished);
  for (const auto& item : plan.model->named_parameters())
    REQUIRE(at::isfinite(item.value()).all().item<bool>());
  // The fourth iteration was left out: what it saved is what the third had.
  const auto before = ph::load_checkpoint(plan.work_dir / "iter_3.safetensors");
  const auto after = ph::load_checkpoint(plan.work_dir / "iter_4.safetensors");
  CHECK(at::equal(before.tensors.at("backbone.conv1.weight"), after.tensors.at("backbone.conv1.weight")));
  CHECK(after.position.iter == 4);
  CHECK(after.position.opt_step == 3);

  const test::TempFolder other;
  auto unguarded = plan_with(
      other, "[" + probe(R"("iter": 2, "action": "poison", "mutates": true, "priority": "VERY_LOW")") + "]");
  CHECK_THAT(test::error_of([&] { (void)test::train(unguarded); }),
             ContainsSubstring("iteration 4: the loss is"));
}

TEST_CASE("A run with averages and Lookahead resumes bit for bit", "[train][hooks][resume]") {
  const test::TempFolder folder;
  const std::string average =
      GENERATE(R"("EMAHook", "momentum": 0.1, "warm_up": 2)", R"("SWA", "start": 0.3, "by_epoch": false)");
  const auto hooks = R"([{"priority": "LOWEST", "type": )" + average + R"(}, {"type": "Lookahead", "k": 2}])";
  const std::string patch =
      R"({"total_epochs": 2, "evaluation": {"interval": 1, "metric": "PCK"},
          "checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1}})";
  auto unbroken = plan_with(folder, hooks, patch);
  (void)test::train(unbroken);
  auto json = ph::Json::parse(patch);
  json["work_dir"] = (folder.path() / "again").string();
  auto resumed = plan_with(folder, hooks, json.dump());
  (void)test::train(resumed, unbroken.work_dir / "iter_4.safetensors");
  const auto left = ph::load_checkpoint(unbroken.work_dir / "iter_10.safetensors");
  const auto right = ph::load_checkpoint(resumed.work_dir / "iter_10.safetensors");
  REQUIRE(left.tensors.size() == right.tensors.size());
  for (const auto& [name, tensor] : left.tensors) {
    CAPTURE(name);
    REQUIRE(at::equal(tensor, right.tensors.at(name)));
  }
  CHECK(test::rows(unbroken, "val").back() == test::rows(resumed, "val").back());
  // Weights in a file are the average; what trains is in the slot.
  const std::string weight = "backbone.conv1.weight";
  const std::string name = average[1] == 'E' ? "EMA" : "SWA";
  CHECK_FALSE(at::equal(left.tensors.at(weight),
                        left.tensors.at("@hook/org.posehost.hooks/" + name + "/average/" + weight)));
}

TEST_CASE("Weights that are no numbers never take the place of a checkpoint", "[train][hooks][nan]") {
  const test::TempFolder folder;
  const std::string often =
      R"({"checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": 1}})";
  // Before the checkpoint of that iteration is written.
  const auto poison = [](int iter) {
    return probe("\"iter\": " + std::to_string(iter) +
                 R"(, "action": "poison", "mutates": true, "priority": 45)");
  };
  SECTION("the next loss ends the run, and what was saved before is there") {
    auto plan = plan_with(folder, "[" + poison(2) + "]", often);
    CHECK_THAT(test::error_of([&] { (void)test::train(plan); }),
               ContainsSubstring("iteration 4: the loss is"));
    CHECK_FALSE(std::filesystem::exists(plan.work_dir / "iter_3.safetensors"));
    const auto last = ph::load_checkpoint(plan.work_dir / "last.safetensors");
    CHECK(last.position.iter == 2);
    CHECK(ph::not_finite(last.tensors).empty());
  }
  SECTION("after the last iteration no loss would tell") {
    auto plan = plan_with(folder, "[" + poison(4) + "]", often);
    CHECK_THAT(test::error_of([&] { (void)test::train(plan); }),
               ContainsSubstring("iteration 5: weights are no finite numbers") &&
                   ContainsSubstring("iter_4.safetensors"));
  }
  SECTION("a rollback finds good ones") {
    auto plan = plan_with(folder, "[" + poison(2) + R"(, {"type": "NaNGuard", "max_rollbacks": 1}])", often);
    CHECK(test::train(plan).finished);
    CHECK(ph::not_finite(ph::load_checkpoint(plan.work_dir / "iter_5.safetensors").tensors).empty());
  }
}

TEST_CASE("Gradients whose norm is no number do not reach the weights", "[train][hooks][nan]") {
  const test::TempFolder folder;
  auto plan =
      plan_with(folder,
                "[" + probe(R"("stage": 12, "iter": 2, "action": "scale", "name": "grad/", "value": 1e300,
                                       "mutates": true)") +
                    "]",
                R"({"optimizer_config": {"grad_clip": {"max_norm": 1}}, "checkpoint_config": null})");
  CHECK_THAT(test::error_of([&] { (void)test::train(plan); }),
             ContainsSubstring("iteration 3: the norm of the gradients is not finite"));
  CHECK(ph::not_finite(ph::model_state(*plan.model)).empty());
}
