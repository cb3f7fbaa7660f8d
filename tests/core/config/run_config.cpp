#include "config/run_config.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "config/schema.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using ph::check_run_config;
using ph::Json;
using ph::Node;
using test::ContainsSubstring;
using test::error_of;

namespace {

Json minimal() {
  return {{"model", {{"type", "TopDown"}}},
          {"data", {{"samples_per_gpu", 2}, {"train", {{"type", "A"}}}}},
          {"optimizer", {{"type", "Adam"}, {"lr", 0.1}}},
          {"total_epochs", 3}};
}

// The minimal config with the members of `patch` put over it (null removes).
Node config(const std::string& patch) {
  Json json = minimal();
  json.merge_patch(Json::parse(patch));
  return Node::from_json(json, "c.json");
}

std::string error(const std::string& patch) {
  return error_of([&] { static_cast<void>(check_run_config(config(patch))); });
}

}  // namespace

TEST_CASE("host sections get their defaults, others stay as they are", "[config][run]") {
  const Node checked = check_run_config(config("{}"));
  CHECK(checked.at("runtime").at("device").string() == "auto");
  CHECK(checked.at("runtime").at("precision").string() == "fp32");
  CHECK(checked.at("runtime").at("threads").is_null());
  CHECK(checked.at("plugins").text() == R"({"dirs":[],"require":[],"allow_failed":false})");
  CHECK(checked.at("compat").string() == "0.29");
  CHECK(checked.at("log_level").string() == "INFO");
  CHECK(checked.at("workflow").text() == R"([["train",1]])");
  CHECK(checked.at("model").text() == R"({"type":"TopDown"})");
  // Absent is not null: it asks for the host's own way.
  CHECK_FALSE(checked.json().contains("checkpoint_config"));
  CHECK_FALSE(checked.json().contains("evaluation"));
}

TEST_CASE("a config as mmcv dumps it is accepted", "[config][run]") {
  CHECK(error(R"({
    "log_level": "INFO", "dist_params": {"backend": "nccl"}, "workflow": [["train", 1]],
    "opencv_num_threads": 0, "mp_start_method": "fork", "cudnn_benchmark": true,
    "channel_cfg": {"num_output_channels": 17}, "data_cfg": {"image_size": [192, 256]}, "data_root": "data/coco",
    "train_pipeline": [], "val_pipeline": [], "test_pipeline": [], "target_type": "GaussianHeatmap",
    "checkpoint_config": {"interval": 10}, "evaluation": {"interval": 10, "metric": "mAP", "save_best": "AP"},
    "optimizer_config": {"type": "OptimizerHook"}, "lr_config": {"policy": "step", "step": [170, 200]},
    "log_config": {"interval": 50, "hooks": [{"type": "TextLoggerHook"}]}, "dataset_info": {"dataset_name": "coco"},
    "data": {"workers_per_gpu": 2, "val_dataloader": {"samples_per_gpu": 32, "pin_memory": true}, "val": {"type": "A"}, "test": {}}
  })") == "(no error)");
  Json nulls = minimal();
  for (const char* key : {"load_from", "resume_from", "custom_hooks", "fp16", "momentum_config"})
    nulls[key] = nullptr;
  nulls["optimizer_config"] = {{"grad_clip", nullptr}};
  CHECK_NOTHROW(check_run_config(Node::from_json(nulls)));
}

TEST_CASE("every ignored key is accepted with any value", "[config][run]") {
  for (const auto& key : ph::run_config_ignored()) {
    CAPTURE(key.name);
    CHECK_FALSE(key.why.empty());
    if (key.name == "fp16" || key.name == "use_adversarial_train" || key.name == "launcher")
      continue;  // refused when on
    Json json = minimal();
    std::string pointer = "/" + key.name;
    for (char& c : pointer) c = c == '.' ? '/' : c;
    json[Json::json_pointer(pointer)] = {{"any", "thing"}};
    CHECK_NOTHROW(check_run_config(Node::from_json(json)));
  }
}

TEST_CASE("slips in a run config", "[config][run][error]") {
  CHECK_THAT(error(R"({"total_epoch": 3})"), ContainsSubstring("c.json: /total_epoch: unknown key") &&
                                                 ContainsSubstring("did you mean \"total_epochs\"?"));
  CHECK_THAT(error(R"({"runtime": {"thread": 2}})"), ContainsSubstring("did you mean \"threads\"?"));
  CHECK_THAT(error(R"({"runtime": {"precision": "bf61"}})"), ContainsSubstring("did you mean \"bf16\""));
  CHECK_THAT(error(R"({"data": {"samples_per_gpu": "2"}})"), ContainsSubstring("leave out the quotes: 2"));
  CHECK_THAT(error(R"({"data": {"samples_per_gpu": 0}})"), ContainsSubstring("expected  at least 1"));
  CHECK_THAT(error(R"({"data": {"train_dataloder": {}}})"),
             ContainsSubstring("did you mean \"train_dataloader\""));
  CHECK_THAT(error(R"({"data": {"val_dataloader": {"drop_last": true}}})"), ContainsSubstring("/drop_last"));
  CHECK_THAT(error(R"({"compat": 0.29})"),
             ContainsSubstring("expected  a string: \"0.13\", \"0.29\" or \"1.x\""));
  CHECK_THAT(error(R"({"custom_hooks": [{"interval": 1}]})"),
             ContainsSubstring("/custom_hooks/0: \"type\" is missing"));
  CHECK_THAT(error(R"({"optimizer_config": {"grad_clip": {"norm_type": 2}}})"),
             ContainsSubstring("\"max_norm\" is missing"));
  CHECK_THAT(error(R"({"log_level": "LOUD"})"), ContainsSubstring("/log_level: not one of the choices"));
  CHECK_THAT(error_of([] { static_cast<void>(check_run_config(Node::parse("[]"))); }),
             ContainsSubstring("not a config"));
}

TEST_CASE("what a run needs", "[config][run][error]") {
  CHECK_THAT(error(R"({"model": null})"), ContainsSubstring("\"model\" is missing"));
  CHECK_THAT(error(R"({"data": null})"), ContainsSubstring("\"data\" is missing"));
  CHECK_THAT(error(R"({"data": {"train": null}})"), ContainsSubstring("/data: \"train\" is missing"));
  CHECK_THAT(error(R"({"optimizer": null})"), ContainsSubstring("\"optimizer\" is missing"));
}

TEST_CASE("the length of a run is said once", "[config][run][error]") {
  CHECK_THAT(error(R"({"total_epochs": null})"), ContainsSubstring("how long to train is missing"));
  CHECK(error(R"({"runner": {"max_epochs": 3}})") == "(no error)");
  CHECK(error(R"({"total_epochs": null, "runner": {"max_epochs": 3}})") == "(no error)");
  CHECK(error(R"({"total_epochs": null, "runner": {"type": "IterBasedRunner", "max_iters": 5}})") ==
        "(no error)");
  CHECK_THAT(
      error(R"({"runner": {"max_epochs": 4}})"),
      ContainsSubstring("two different lengths") && ContainsSubstring("total_epochs 3, runner.max_epochs 4"));
  CHECK_THAT(error(R"({"runner": {"type": "IterBasedRunner", "max_iters": 5}})"),
             ContainsSubstring("leave total_epochs out"));
  CHECK_THAT(error(R"({"runner": {"type": "IterBasedRunner"}})"),
             ContainsSubstring("\"max_iters\": an integer"));
  CHECK_THAT(error(R"({"runner": {"max_iters": 5}})"), ContainsSubstring("EpochBasedRunner counts epochs"));
  CHECK_THAT(error(R"({"runner": {"type": "IterBasdRunner"}})"),
             ContainsSubstring("did you mean \"IterBasedRunner\""));
}

TEST_CASE("the workflow trains, and validates only where there is data", "[config][run][error]") {
  CHECK_THAT(error(R"({"workflow": [["trian", 1]]})"), ContainsSubstring("/workflow/0/0: no such mode") &&
                                                           ContainsSubstring("did you mean \"train\"?"));
  CHECK_THAT(error(R"({"workflow": [["train", 0]]})"),
             ContainsSubstring("/workflow/0/1: not a number of turns"));
  CHECK_THAT(error(R"({"workflow": [["train"]]})"), ContainsSubstring("expected  2 elements"));
  CHECK_THAT(error(R"({"workflow": []})"), ContainsSubstring("at least 1 element"));
  CHECK_THAT(error(R"({"workflow": [["val", 1]], "data": {"val": {}}})"),
             ContainsSubstring("nothing is trained"));
  CHECK_THAT(error(R"({"workflow": [["train", 1], ["val", 1]]})"), ContainsSubstring("needs data.val"));
  CHECK(error(R"({"workflow": [["train", 2], ["val", 1]], "data": {"val": {"type": "A"}}})") == "(no error)");
}

TEST_CASE("what is to come is refused by name", "[config][run][error]") {
  CHECK_THAT(error(R"({"optimizer_config": {"type": "OptimzerHook"}})"),
             ContainsSubstring("did you mean \"OptimizerHook\""));
  CHECK_THAT(error(R"({"use_adversarial_train": true})"), ContainsSubstring("not available yet"));
  CHECK_THAT(error(R"({"launcher": "pytorch"})"), ContainsSubstring("one process trains on one device"));
  CHECK(error(R"({"launcher": "none", "use_adversarial_train": false})") == "(no error)");
  CHECK_THAT(error(R"({"load_from": "a", "resume_from": "b"})"),
             ContainsSubstring("resume_from is given too"));
}

TEST_CASE("an optimizer, or one for each part of the network", "[config][run][error]") {
  CHECK(error(R"({"optimizer": {"type": null, "lr": null, "a": {"type": "Adam"}, "b": {"type": "SGD"}}})") ==
        "(no error)");
  CHECK_THAT(error(R"({"optimizer": {"type": null}})"), ContainsSubstring("/optimizer: no type given"));
  CHECK_THAT(error(R"({"optimizer": {"type": null, "lr": null}})"), ContainsSubstring("no type given"));
  CHECK_THAT(error(R"({"optimizer": {"type": null, "lr": null, "a": {"lr": 1}}})"),
             ContainsSubstring("no type given"));
}

TEST_CASE("what happens to gradients has a schema", "[config][run][error]") {
  CHECK(error(R"({"fp16": {"loss_scale": "dynamic"}})") == "(no error)");
  CHECK(
      error(R"({"optimizer_config": {"type": "GradientCumulativeOptimizerHook", "cumulative_iters": 4}})") ==
      "(no error)");
  CHECK(error(R"({"optimizer_config": {"grad_clip": {"max_norm": 1, "norm_type": "inf"}}})") == "(no error)");
  CHECK_THAT(error(R"({"optimizer_config": {"cumulative_iters": 0}})"), ContainsSubstring("at least 1"));
  CHECK_THAT(error(R"({"optimizer_config": {"grad_clip": {"max_nrom": 1}}})"),
             ContainsSubstring("did you mean \"max_norm\""));
  CHECK_THAT(error(R"({"optimizer_config": {"grad_clip": {"clip_value": 0}}})"),
             ContainsSubstring("above 0"));
  CHECK_THAT(error(R"({"fp16": {"loss_scale": -1}})"), ContainsSubstring("above 0"));
  CHECK_THAT(error(R"({"fp16": {"loss_scla": 1}})"), ContainsSubstring("did you mean \"loss_scale\""));
}

TEST_CASE("the configs that come with posehost are right", "[config][run]") {
  const auto folder = std::filesystem::path(POSEHOST_SOURCE_DIR) / "configs";
  int checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    CAPTURE(entry.path().string());
    CHECK(error_of([&] { static_cast<void>(check_run_config(ph::load_config(entry.path()))); }) ==
          "(no error)");
    ++checked;
  }
  CHECK(checked > 0);
}
