#include "train/optimizer_set.hpp"

#include "equal_checkpoints.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "train/checkpoint.hpp"
#include "train/group_table.hpp"

namespace {

const std::string two = R"("optimizer": {"type": null, "lr": null,
  "backbone": {"type": "SGD", "lr": 0.01, "momentum": 0.9},
  "keypoint_head": {"type": "Adam", "lr": 0.002, "weight_decay": 0.01, "paramwise_cfg": {"norm_decay_mult": 0}}},
  "evaluation": null)";

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

std::string set_error(const std::string& optimizer) {
  const test::TempFolder folder;
  return test::error_of([&] {
    (void)ph::make_plan(
        test::small_run(folder.path(), R"({"optimizer": {"type": null, "lr": null, )" + optimizer + "}}"));
  });
}

}  // namespace

TEST_CASE("Each part of the network has its optimizer", "[train][optimizers]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path(), "{" + two + "}"));
  auto& set = *plan.optimizers;
  REQUIRE(set.members().size() == 2);
  CHECK(set.n_groups() == 3);
  CHECK(set.description() ==
        "backbone: org.posehost.optimizers/SGD, keypoint_head: org.posehost.optimizers/Adam");
  CHECK(set.hyper(0, "lr") == 0.01);
  CHECK(set.hyper(1, "lr") == 0.002);
  CHECK(set.hyper(2, "weight_decay") == 0.0);
  CHECK_FALSE(set.hyper(3, "lr"));
  CHECK(set.slot("momentum_buffer", "backbone.conv1.weight").defined());
  CHECK(set.slot("exp_avg", "keypoint_head.final_layer.weight").defined());
  CHECK_FALSE(set.slot("exp_avg", "backbone.conv1.weight").defined());
  const auto text = text_of(ph::group_table(set));
  CHECK_THAT(text,
             test::ContainsSubstring("backbone: SGD") && test::ContainsSubstring("keypoint_head: Adam"));
}

TEST_CASE("Schedules move the lr of each optimizer, and a resumed run goes on with all",
          "[train][optimizers]") {
  const test::TempFolder folder;
  const auto often =
      R"(, "checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1}, "work_dir": ")";
  const auto patch = [&](const std::string& name) {
    return "{" + two + often + (folder.path() / name).string() + "\"}";
  };
  auto whole = ph::make_plan(test::small_run(folder.path(), patch("whole")));
  (void)test::train(whole);
  // Ten iterations, lr a tenth after the first epoch.
  CHECK_THAT(whole.optimizers->hyper(0, "lr").value(), test::WithinRel(0.001, 1e-12));
  CHECK_THAT(whole.optimizers->hyper(2, "lr").value(), test::WithinRel(0.0002, 1e-12));
  const auto row = test::rows(whole, "train").back();
  REQUIRE(row.at("lr").is_object());
  CHECK_THAT(row.at("lr").at("keypoint_head").get<double>(), test::WithinRel(0.0002, 1e-12));
  auto rest = ph::make_plan(test::small_run(folder.path(), patch("rest")));
  (void)test::train(rest, whole.work_dir / "iter_3.safetensors");
  const auto a = ph::load_checkpoint(whole.work_dir / "iter_10.safetensors");
  const auto b = ph::load_checkpoint(rest.work_dir / "iter_10.safetensors");
  REQUIRE(a.tensors.size() == b.tensors.size());
  CHECK(a.tensors.count("@opt/momentum_buffer/backbone.conv1.weight") == 1);
  CHECK(a.tensors.count("@opt/exp_avg/keypoint_head.final_layer.bias") == 1);
  for (const auto& [name, tensor] : a.tensors) {
    CAPTURE(name);
    REQUIRE(at::equal(tensor, b.tensors.at(name)));
  }
}

namespace {

const std::string muon = R"("optimizer": {"type": "Muon", "lr": 0.02, "weight_decay": 0.05,
  "paramwise_cfg": {"norm_decay_mult": 0, "custom_keys": {"layer4.1.bn2": {"lr_mult": 0.5}}},
  "others": {"type": "AdamW", "lr": 0.002, "weight_decay": 0.01}}, "evaluation": null)";

}  // namespace

TEST_CASE("What Muon does not take has the other optimizer", "[train][optimizers]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path(), "{" + muon + "}"));
  auto& set = *plan.optimizers;
  CHECK(set.description() == "Muon: org.posehost.optimizers/Muon, others: org.posehost.optimizers/AdamW");
  for (const auto& [name, tensor] : ph::model_state(*plan.model)) {
    if (!tensor.requires_grad()) continue;
    CAPTURE(name);
    CHECK(set.slot("momentum_buffer", name).defined() == (tensor.dim() >= 2));
    CHECK(set.slot("exp_avg", name).defined() == (tensor.dim() < 2));
  }
  CHECK(set.left_out().empty());
  CHECK(set.frozen().empty());
  // Matrices; then norms without decay, biases, and the norm that has a rule of its own.
  REQUIRE(set.n_groups() == 4);
  CHECK(set.hyper(0, "weight_decay") == 0.05);
  CHECK(set.hyper(1, "lr") == 0.002);
  CHECK(set.hyper(1, "weight_decay") == 0.0);
  const auto text = text_of(ph::group_table(set));
  CHECK_THAT(text, test::ContainsSubstring("Muon: Muon") && test::ContainsSubstring("others: AdamW") &&
                       test::ContainsSubstring("custom_keys layer4.1.bn2"));
}

TEST_CASE("A run with Muon beside another optimizer resumes bit for bit", "[train][optimizers][resume]") {
  const test::TempFolder folder;
  const auto patch = [&](const std::string& name) {
    return "{" + muon + R"(, "checkpoint_config": {"interval": 1, "by_epoch": false, "max_keep_ckpts": -1},
      "work_dir": ")" +
           (folder.path() / name).string() + "\"}";
  };
  auto whole = ph::make_plan(test::small_run(folder.path(), patch("whole")));
  (void)test::train(whole);
  auto rest = ph::make_plan(test::small_run(folder.path(), patch("rest")));
  (void)test::train(rest, whole.work_dir / "iter_3.safetensors");
  test::require_equal(whole.work_dir / "iter_10.safetensors", rest.work_dir / "iter_10.safetensors");
  const auto row = test::rows(whole, "train").front();
  CHECK_THAT(row.at("lr").at("Muon").get<double>(),
             test::WithinRel(10 * row.at("lr").at("others").get<double>(), 1e-12));
}

TEST_CASE("A part of the network may have two optimizers", "[train][optimizers]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path(), R"({"optimizer": {"type": null, "lr": null,
    "backbone": {"type": "Muon", "lr": 0.02, "others": {"type": "SGD", "lr": 0.1, "momentum": 0.9}},
    "keypoint_head": {"type": "Adam", "lr": 0.002}}})"));
  CHECK(plan.optimizers->description() ==
        "backbone: org.posehost.optimizers/Muon, backbone.others: org.posehost.optimizers/SGD, "
        "keypoint_head: org.posehost.optimizers/Adam");
}

TEST_CASE("What no optimizer has stays as it is", "[train][optimizers]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path(), R"({"total_epochs": 1, "evaluation": null,
    "optimizer": {"type": null, "lr": null, "keypoint_head": {"type": "SGD", "lr": 0.1},
                  "backbone.layer4": {"type": "Adam", "lr": 0.01}}})"));
  CHECK(plan.optimizers->left_out().front() == "backbone.conv1.weight");
  CHECK_THAT(text_of(ph::group_table(*plan.optimizers)),
             test::ContainsSubstring("in no optimizer, so not trained"));
  std::map<std::string, at::Tensor> before;
  for (const auto& item : plan.model->named_parameters()) before[item.key()] = item.value().detach().clone();
  (void)test::train(plan);
  for (const auto& item : plan.model->named_parameters()) {
    CAPTURE(item.key());
    const auto& name = item.key();
    const bool trained = name.rfind("keypoint_head.", 0) == 0 || name.rfind("backbone.layer4.", 0) == 0;
    CHECK(at::equal(item.value(), before.at(name)) != trained);
  }
}

TEST_CASE("Frozen parameters get no gradient, frozen norms keep their statistics", "[train][optimizers]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path(), R"({"total_epochs": 1, "checkpoint_config": null,
    "optimizer": {"paramwise_cfg": {"freeze": ["backbone.conv1", "backbone.bn1", "layer1"]}}})"));
  CHECK(plan.optimizers->frozen().count("backbone.layer1.0.bn1.weight") == 1);
  CHECK(plan.optimizers->frozen().count("backbone.layer2.0.bn1.weight") == 0);
  const auto is_frozen = [](const std::string& name) {
    return name.rfind("backbone.conv1", 0) == 0 || name.rfind("backbone.bn1", 0) == 0 ||
           name.rfind("backbone.layer1.", 0) == 0;
  };
  const auto before = ph::model_state(*plan.model);
  std::map<std::string, at::Tensor> copies;
  for (const auto& [name, tensor] : before) copies[name] = tensor.detach().clone();
  (void)test::train(plan);  // with an evaluation, after which training modes are set anew
  for (const auto& [name, tensor] : ph::model_state(*plan.model)) {
    CAPTURE(name);
    if (is_frozen(name)) {
      CHECK(at::equal(tensor, copies.at(name)));
    } else if (name.rfind("running_mean") != std::string::npos) {
      CHECK_FALSE(at::equal(tensor, copies.at(name)));
    }
  }
  CHECK_FALSE(plan.model->named_parameters()["backbone.conv1.weight"].grad().defined());
  CHECK_THAT(text_of(ph::group_table(*plan.optimizers)), test::ContainsSubstring("frozen: "));
}

TEST_CASE("Optimizers that do not fit the network are refused", "[train][optimizers][error]") {
  CHECK_THAT(set_error(R"("bakbone": {"type": "SGD", "lr": 0.1})"),
             test::ContainsSubstring("no parameter of the network is in \"bakbone\"") &&
                 test::ContainsSubstring("backbone, keypoint_head") &&
                 test::ContainsSubstring("did you mean \"backbone\""));
  CHECK_THAT(set_error(R"("backbone": {"lr": 0.1})"), test::ContainsSubstring("no type given"));
  CHECK_THAT(set_error(R"("backbone": {"type": "SDG", "lr": 0.1})"), test::ContainsSubstring("SGD"));
}

TEST_CASE("Another optimizer that has nothing to do is refused", "[train][optimizers][error]") {
  const auto error = [](const std::string& optimizer) {
    const test::TempFolder folder;
    return test::error_of(
        [&] { (void)ph::make_plan(test::small_run(folder.path(), R"({"optimizer": )" + optimizer + "}")); });
  };
  CHECK_THAT(error(R"({"type": "Adam", "lr": 0.1, "others": {"type": "AdamW"}})"),
             test::ContainsSubstring("/optimizer/others") &&
                 test::ContainsSubstring("Adam takes every parameter of the network"));
  CHECK_THAT(error(R"({"type": "Muon", "lr": 0.1, "others": {"type": "AdmaW"}})"),
             test::ContainsSubstring("AdamW"));
  CHECK_THAT(error(R"({"type": "Muon", "lr": 0.1, "others": {"type": "LBFGS"}})"),
             test::ContainsSubstring("cannot beside another optimizer"));
  CHECK_THAT(error(R"({"type": "Muon", "lr": 0.1})"), test::ContainsSubstring("others"));
}
