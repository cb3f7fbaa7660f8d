#include <ATen/Context.h>

#include "equal_checkpoints.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "train/checkpoint.hpp"

TEST_CASE("A run resumed in mid-epoch equals the unbroken one, bit for bit", "[train][resume]") {
  const test::TempFolder folder;
  const std::string often =
      R"("checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1}, "evaluation": null)";
  // Iteration 3 of 5 lies within an epoch, 5 is its last, 7 is in the next.
  const auto at = GENERATE(3, 5, 7);
  CAPTURE(at);
  auto unbroken = ph::make_plan(test::small_run(folder.path(), "{" + often + "}"));
  REQUIRE(unbroken.length.max_iters == 10);
  (void)test::train(unbroken);

  // Another number of loader threads, and another log, in the same folder's other run.
  auto resumed = ph::make_plan(test::small_run(folder.path(), "{" + often + R"(, "work_dir": ")" +
                                                                  (folder.path() / "again").string() +
                                                                  R"(", "data": {"workers_per_gpu": 2}})"));
  (void)test::train(resumed, unbroken.work_dir / ("iter_" + std::to_string(at) + ".safetensors"));
  test::require_equal(unbroken.work_dir / "iter_10.safetensors", resumed.work_dir / "iter_10.safetensors");

  const auto whole = test::rows(unbroken, "train"), rest = test::rows(resumed, "train");
  REQUIRE(rest.size() == static_cast<std::size_t>(10 - at));
  for (std::size_t i = 0; i < rest.size(); ++i) {
    CHECK(rest[i].at("loss") == whole[i + static_cast<std::size_t>(at)].at("loss"));
    CHECK(rest[i].at("lr") == whole[i + static_cast<std::size_t>(at)].at("lr"));
  }
}

TEST_CASE("The means of a log row count what was before the interruption", "[train][resume]") {
  const test::TempFolder folder;
  const std::string often =
      R"("checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1}, "evaluation": null,
         "log_config": {"interval": 5})";
  auto unbroken = ph::make_plan(test::small_run(folder.path(), "{" + often + "}"));
  (void)test::train(unbroken);
  auto resumed = ph::make_plan(test::small_run(
      folder.path(), "{" + often + R"(, "work_dir": ")" + (folder.path() / "again").string() + "\"}"));
  (void)test::train(resumed, unbroken.work_dir / "iter_3.safetensors");
  const auto whole = test::rows(unbroken, "train"), rest = test::rows(resumed, "train");
  REQUIRE(whole.size() == 2);
  REQUIRE(rest.size() == 2);
  for (const char* key : {"loss", "acc_pose"}) CHECK(rest[0].at(key) == whole[0].at(key));
}

TEST_CASE("A plateau goes on from what it has seen", "[train][resume][schedule]") {
  const test::TempFolder folder;
  // Neither a loss that should rise nor one that should fall by half does so: a cut after every second epoch or
  // evaluation. The decay of the weights follows another metric at the same time.
  const auto patch = [](const std::string& monitor, const std::string& more) {
    return R"({"total_epochs": 4, "checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1},
         "workflow": [["train", 1], ["val", 1]], "evaluation": {"interval": 1, "metric": "EPE", "save_best": null},
         "lr_config": {"step": null, "warmup": null, "warmup_iters": null, "warmup_ratio": null,
                       "policy": "ReduceLROnPlateau", "monitor": ")" +
           monitor + R"(", "mode": "max", "threshold": 1000, "patience": 0, "factor": 0.5},
         "schedules": {"weight_decay": {"policy": "ReduceLROnPlateau", "monitor": "EPE", "threshold": 0.99,
                                        "patience": 1, "factor": 0.1, "eps": 0}})" +
           more + "}";
  };
  const auto monitor = GENERATE(as<std::string>(), "train/loss", "val/loss", "EPE");
  const auto at = GENERATE(10, 12);
  CAPTURE(monitor, at);
  auto unbroken = ph::make_plan(test::small_run(folder.path(), patch(monitor, "")));
  (void)test::train(unbroken);
  auto resumed = ph::make_plan(test::small_run(
      folder.path(), patch(monitor, R"(, "work_dir": ")" + (folder.path() / "again").string() + "\"")));
  (void)test::train(resumed, unbroken.work_dir / ("iter_" + std::to_string(at) + ".safetensors"));
  test::require_equal(unbroken.work_dir / "iter_20.safetensors", resumed.work_dir / "iter_20.safetensors");
  const auto whole = test::rows(unbroken, "train"), rest = test::rows(resumed, "train");
  REQUIRE(whole.size() == 20);
  CHECK(whole[0].at("lr") == 0.002);
  CHECK(whole[9].at("lr") == 0.002);  // the first observation is the best so far
  CHECK(whole[10].at("lr") == 0.001);
  CHECK(whole[15].at("lr") == 0.0005);
  for (std::size_t i = 0; i < rest.size(); ++i)
    CHECK(rest[i].at("lr") == whole[i + 20 - rest.size()].at("lr"));
}

TEST_CASE("Equal runs write equal checkpoints", "[train][resume]") {
  const test::TempFolder folder;
  std::vector<std::string> files;
  for (const char* name : {"a", "b"}) {
    auto plan = ph::make_plan(test::small_run(
        folder.path(), R"({"total_epochs": 1, "work_dir": ")" + (folder.path() / name).string() + "\"}"));
    (void)test::train(plan);
    files.push_back(test::bytes_of(plan.work_dir / "epoch_1.safetensors"));
  }
  CHECK(files[0].size() > 100000);
  CHECK(files[0] == files[1]);
}

TEST_CASE("A deterministic run gives equal bytes for any number of data threads", "[train][resume]") {
  const test::TempFolder folder;
  std::vector<std::filesystem::path> files;
  for (const int threads : {1, 2, 5}) {
    const auto name = "run" + std::to_string(threads);
    const ph::Json patch{{"total_epochs", 2},
                         {"runtime", {{"deterministic", true}}},
                         {"data", {{"workers_per_gpu", threads}}},
                         {"work_dir", (folder.path() / name).string()}};
    auto plan = ph::make_plan(test::small_run(folder.path(), patch.dump()));
    CHECK(plan.compute.deterministic);
    (void)test::train(plan);
    files.push_back(plan.work_dir / "epoch_2.safetensors");
  }
  test::require_equal(files[0], files[1]);
  test::require_equal(files[0], files[2]);
  at::globalContext().setDeterministicAlgorithms(false, false);
}

TEST_CASE("Values from the environment are in no file of a run", "[train][resume]") {
  const test::TempFolder folder;
  setenv("POSEHOST_TEST_MICE", POSEHOST_SOURCE_DIR "/configs/data/mirror_mouse", 1);
  const std::string patch = R"({"total_epochs": 1, "evaluation": null, "data": {"train":
      {"img_prefix": "{{$POSEHOST_TEST_MICE}}/images/"}}, "custom_hooks": [{"type": "WandbLoggerHook",
      "init_kwargs": {"project": "{{$POSEHOST_TEST_SECRET}}"}}]})";
  setenv("POSEHOST_TEST_SECRET", "hush-a-bye", 1);
  auto plan = ph::make_plan(test::small_run(folder.path(), patch));
  (void)test::train(plan);
  const auto file = plan.work_dir / "epoch_1.safetensors";
  CHECK(test::bytes_of(file).find("hush-a-bye") == std::string::npos);
  CHECK_THAT(ph::load_checkpoint(file).config, test::ContainsSubstring("{{$POSEHOST_TEST_SECRET}}"));
  // Elsewhere the data lie elsewhere: no change of the config.
  auto again = ph::make_plan(test::small_run(folder.path(), patch));
  (void)test::train(again, file, "again");
  unsetenv("POSEHOST_TEST_SECRET");
  unsetenv("POSEHOST_TEST_MICE");
}

TEST_CASE("A resumed run does not want the weights that it once started from", "[train][resume]") {
  const test::TempFolder folder;
  auto first = ph::make_plan(test::small_run(folder.path(), R"({"total_epochs": 1, "evaluation": null})"));
  (void)test::train(first);
  const auto patch = R"({"evaluation": null, "model": {"pretrained": "gone.pth"}, "load_from": null})";
  auto options = test::small_run(folder.path(), patch);
  CHECK_THAT(test::error_of([&] { (void)ph::make_plan(options); }), test::ContainsSubstring("gone.pth"));
  const auto file = first.work_dir / "epoch_1.safetensors";
  SECTION("a file") { options.resume = file.string(); }
  SECTION("the last one") { options.resume = "auto"; }
  auto second = ph::make_plan(options);
  CHECK(std::filesystem::equivalent(second.resume, file));
  CHECK(test::train(second, second.resume, "second").finished);
  CHECK(test::rows(second, "train", "second").size() == 5);
}

TEST_CASE("Without a checkpoint yet, --resume wants the weights to start from", "[train][resume]") {
  const test::TempFolder folder;
  auto options = test::small_run(folder.path(), R"({"model": {"pretrained": "gone.pth"}})");
  options.resume = "auto";
  CHECK_THAT(test::error_of([&] { (void)ph::make_plan(options); }), test::ContainsSubstring("gone.pth"));
}

TEST_CASE("An edited learning rate takes effect on resume", "[train][resume]") {
  const test::TempFolder folder;
  auto first = ph::make_plan(
      test::small_run(folder.path(), R"({"total_epochs": 1, "evaluation": null, "lr_config": null})"));
  (void)test::train(first);
  auto second = ph::make_plan(test::small_run(
      folder.path(), R"({"evaluation": null, "lr_config": null, "optimizer": {"lr": 0.125}})"));
  (void)test::train(second, first.work_dir / "epoch_1.safetensors", "second");
  CHECK(test::rows(first, "train").back().at("lr") == 0.002);
  CHECK(test::rows(second, "train", "second").front().at("lr") == 0.125);
}

TEST_CASE("An edited lr takes effect in the middle of a schedule, which goes on where it was",
          "[train][resume][schedule]") {
  const test::TempFolder folder;
  const auto patch = [](const std::string& lr) {
    return R"({"evaluation": null, "checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1},
         "lr_config": {"step": null, "warmup": null, "warmup_iters": null, "warmup_ratio": null,
                       "policy": "LinearAnnealing", "min_lr": 0, "by_epoch": false},
         "optimizer": {"lr": )" +
           lr + "}}";
  };
  auto first = ph::make_plan(test::small_run(folder.path(), patch("0.002")));
  (void)test::train(first);
  auto second = ph::make_plan(test::small_run(folder.path(), patch("0.008")));
  (void)test::train(second, first.work_dir / "iter_6.safetensors", "second");
  const auto rows = test::rows(second, "train", "second");
  REQUIRE(rows.size() == 4);
  CHECK_THAT(rows[0].at("lr").get<double>(), test::WithinRel(0.008 * 0.4, 1e-14));
  CHECK_THAT(rows[3].at("lr").get<double>(), test::WithinRel(0.008 * 0.1, 1e-14));
}

TEST_CASE("Checkpoints that do not fit are refused", "[train][resume][error]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path(), R"({"total_epochs": 1, "evaluation": null})"));
  (void)test::train(plan);
  const auto good = plan.work_dir / "epoch_1.safetensors";
  const auto resume_error = [&](const std::string& patch, const std::filesystem::path& file) {
    return test::error_of([&] {
      auto other = ph::make_plan(test::small_run(folder.path(), patch));
      (void)test::train(other, file, "other");
    });
  };
  SECTION("truncated") {
    const auto bytes = test::bytes_of(good);
    std::ofstream(folder.path() / "cut.safetensors", std::ios::binary) << bytes.substr(0, bytes.size() / 2);
    CHECK_THAT(resume_error("{}", folder.path() / "cut.safetensors"),
               test::ContainsSubstring("cut.safetensors"));
  }
  SECTION("not safetensors") {
    std::ofstream(folder.path() / "text.safetensors") << "hello, this is no checkpoint at all";
    CHECK_THAT(resume_error("{}", folder.path() / "text.safetensors"),
               test::ContainsSubstring("text.safetensors"));
  }
  SECTION("missing") {
    CHECK_THAT(resume_error("{}", folder.path() / "none.safetensors"),
               test::ContainsSubstring("none.safetensors"));
  }
  SECTION("another shape") {
    const auto text =
        resume_error(R"({"model": {"keypoint_head": {"num_deconv_filters": [8, 8, 16]}}})", good);
    CHECK_THAT(text, test::ContainsSubstring("has another shape"));
    CHECK_THAT(text, test::ContainsSubstring("--load-from"));
  }
  SECTION("another optimizer") {
    CHECK_THAT(resume_error(R"({"optimizer": {"type": "SGD", "momentum": 0.9}})", good),
               test::ContainsSubstring("no optimizer state"));
  }
  SECTION("another batch size") {
    CHECK_THAT(resume_error(R"({"data": {"samples_per_gpu": 8}})", good),
               test::ContainsSubstring("iterations an epoch"));
  }
  SECTION("another seed") {
    CHECK_THAT(resume_error(R"({"runtime": {"seed": 5}})", good), test::ContainsSubstring("--seed 0"));
  }
}
