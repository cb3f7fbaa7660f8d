// What `posehost schedule` shows of a config without model and data.
#include "schedule/scheduled_run.hpp"

#include <cmath>
#include <sstream>

#include "bundled.hpp"
#include "config/run_config.hpp"
#include "schedule/judge_schedules.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"

using test::ContainsSubstring;

namespace {

ph::ScheduledRun run_of(const nlohmann::ordered_json& config, std::int64_t iters,
                        const std::vector<std::string>& groups = {}) {
  std::vector<ph::Node> nodes;
  for (const auto& group : groups) nodes.push_back(ph::Node::parse(group, "--group"));
  const auto checked = ph::check_schedule_config(ph::Node::parse(config.dump(), "cfg.json"));
  auto run = ph::read_scheduled_run(checked, test::bundled(), iters, nodes);
  run.label = "cfg.json";
  return run;
}

nlohmann::ordered_json sgd(int epochs) {
  return {{"total_epochs", epochs}, {"optimizer", {{"type", "SGD"}, {"lr", 0.1}, {"momentum", 0.9}}}};
}

std::string csv_of(const ph::ScheduledRun& run) {
  std::string all;
  ph::write_schedule_csv(run, [&](const std::string& text) { all += text; });
  return all;
}

std::string refusal(const nlohmann::ordered_json& config, const std::vector<std::string>& groups = {}) {
  return test::error_of([&] { (void)run_of(config, 10, groups); });
}

}  // namespace

TEST_CASE("the CSV holds mmcv's values exactly as they are", "[plugins][schedule][golden]") {
  for (const auto& golden : test::golden("schedules.json")["cases"]) {
    if (!golden.contains("lr_config") || golden.contains("iter_based")) continue;
    auto config = sgd(golden["max_epochs"]);
    config["lr_config"] = golden["lr_config"];
    CAPTURE(config.dump());
    const auto run = run_of(config, golden["iters_per_epoch"], {"{}", R"({"lr": 0.01, "momentum": 0.8})"});
    std::istringstream rows{csv_of(run)};
    std::string line;
    std::getline(rows, line);
    REQUIRE(line == "iter,epoch,group,lr,momentum");
    std::size_t n = 0;
    for (; std::getline(rows, line); ++n) {
      std::replace(line.begin(), line.end(), ',', ' ');
      std::istringstream cells{line};
      std::size_t iter = 0, epoch = 0, group = 0;
      double lr = 0, momentum = 0;
      cells >> iter >> epoch >> group >> lr >> momentum;
      REQUIRE(iter == n / 2);
      REQUIRE(epoch == iter / golden["iters_per_epoch"].get<std::size_t>());
      REQUIRE(group == n % 2);
      const auto expected = golden["values"][iter][group].get<double>();
      REQUIRE_THAT(lr, test::WithinRel(expected, 1e-12) || test::WithinAbs(expected, 1e-17));
      REQUIRE(momentum == (group == 0 ? 0.9 : 0.8));
    }
    REQUIRE(n == 2 * golden["values"].size());
  }
}

TEST_CASE("numbers of the CSV read back as they were", "[plugins][schedule]") {
  auto config = sgd(3);
  config["lr_config"] = {{"policy", "exp"}, {"gamma", 0.7}, {"by_epoch", false}};
  const auto run = run_of(config, 2);
  const auto csv = csv_of(run);
  CHECK_THAT(csv, ContainsSubstring("0,0,0,0.1,0.9\n"));
  const auto last = csv.substr(csv.rfind("5,2,0,") + 6);
  CHECK(std::stod(last) == run.value(5, 0, run.columns()[0]));
}

TEST_CASE("columns are lr, momentum and what else has a schedule", "[plugins][schedule]") {
  auto config = sgd(4);
  config["schedules"] = {{"weight_decay", {{"policy", "LinearAnnealing"}, {"min_value", 0.2}}}};
  config["optimizer"]["weight_decay"] = 0.1;
  const auto run = run_of(config, 5);
  CHECK_THAT(csv_of(run), ContainsSubstring("iter,epoch,group,lr,momentum,weight_decay\n"));
  CHECK_THAT(run.value(10, 0, run.columns()[2]), test::WithinRel(0.15, 1e-15));
  // Adam's momentum is beta1, and goes by both names.
  config = {{"total_epochs", 2},
            {"optimizer", {{"type", "Adam"}, {"lr", 0.1}}},
            {"momentum_config", {{"policy", "step"}, {"step", 1}}}};
  const auto adam = run_of(config, 1, {R"({"momentum": 0.8})", R"({"beta1": 0.6})"});
  CHECK(csv_of(adam) ==
        "iter,epoch,group,lr,beta1\n0,0,0,0.1,0.8\n0,0,1,0.1,0.6\n1,1,0,0.1,0.4\n1,1,1,0.1,0.3\n");
}

TEST_CASE("the iterations of the table show the jumps", "[plugins][schedule]") {
  auto config = sgd(100);
  config["lr_config"] = {{"policy", "step"}, {"step", {61, 93}}};
  const auto at = ph::telling_iterations(run_of(config, 10));
  const auto has = [&](std::int64_t i) { return std::find(at.begin(), at.end(), i) != at.end(); };
  CHECK(at.front() == 0);
  CHECK(at.back() == 999);
  CHECK((has(609) && has(610) && has(929) && has(930)));
  CHECK(at.size() < 20);
}

TEST_CASE("a figure has a panel a hyper-parameter and a curve a group", "[plugins][schedule]") {
  auto config = sgd(4);
  config["lr_config"] = {{"policy", "step"}, {"step", 2}};
  const auto one = run_of(config, 5, {"{}", R"({"lr": 1})"});
  config["optimizer"] = {{"type", "Adam"}, {"lr", 0.5}};
  const auto figure = ph::schedule_figure({one, run_of(config, 5)});
  REQUIRE(figure.panels.size() == 3);
  CHECK(figure.panels[0].y_label == "lr");
  REQUIRE(figure.panels[0].curves.size() == 3);
  CHECK(figure.panels[0].curves[1].label == "cfg.json lr of group 1");
  CHECK(figure.panels[0].curves[1].y[19] == 0.1);
  CHECK(figure.panels[0].curves[2].dashed);
  CHECK(figure.panels[2].y_label == "beta1");
}

TEST_CASE("a config that has nothing to show says why", "[plugins][schedule][error]") {
  auto config = sgd(4);
  CHECK_THAT(refusal({{"total_epochs", 4}}), ContainsSubstring("\"optimizer\" is missing"));
  CHECK_THAT(refusal({{"optimizer", config["optimizer"]}}),
             ContainsSubstring("how long to train is missing"));
  CHECK_THAT(refusal(config, {R"({"lrr": 0.1})"}),
             ContainsSubstring("--group") && ContainsSubstring("did you mean \"lr\""));
  CHECK_THAT(refusal(config, {"[1]"}), ContainsSubstring("no parameter group"));
  CHECK_THAT(refusal(config, {R"({"lr": "big"})"}), ContainsSubstring("/lr"));
  config["lr_confg"] = 1;
  CHECK_THAT(refusal(config), ContainsSubstring("did you mean \"lr_config\""));
}

TEST_CASE("a hyper-parameter has one schedule, and has to be there", "[plugins][schedule][error]") {
  auto config = sgd(4);
  config["lr_config"] = {{"policy", "fixed"}};
  config["schedules"] = {{"lr", {{"policy", "fixed"}}}};
  CHECK_THAT(refusal(config), ContainsSubstring("a second schedule of lr"));
  config["schedules"] = {{"betas", {{"policy", "fixed"}}}};
  CHECK_THAT(refusal(config), ContainsSubstring("has no betas to schedule") && ContainsSubstring("momentum"));
  // Of an optimizer that has no momentum, or none that may change.
  std::vector<ph::HyperInfo> hypers{{"lr", "/lr", PH_ROLE_LR, true, true, 0.1}};
  const auto node = ph::Node::parse(R"({"momentum_config": {"policy": "step", "step": 1}})");
  CHECK_THAT(test::error_of([&] { (void)ph::read_schedules(test::bundled(), node, hypers, "a.b/Plain"); }),
             ContainsSubstring("a.b/Plain has no momentum to schedule") &&
                 ContainsSubstring("remove momentum_config"));
  hypers.push_back({"momentum", "/momentum", PH_ROLE_MOMENTUM, true, false, 0.9});
  CHECK_THAT(test::error_of([&] { (void)ph::read_schedules(test::bundled(), node, hypers, "a.b/Plain"); }),
             ContainsSubstring("does not let schedules change momentum"));
}

TEST_CASE("a monitor that would never come is refused", "[plugins][schedule][error]") {
  const auto refused = [](const std::string& monitor, const std::string& config, bool by_epoch,
                          bool evaluates) {
    const auto text = R"({"policy": "ReduceLROnPlateau", "mode": "min", "monitor": ")" + monitor + "\"}";
    const ph::ScheduleChain chain{test::bundled(), ph::Node::parse(text), PH_ROLE_LR, !by_epoch};
    return test::error_of([&] { ph::check_monitors(chain, ph::Node::parse(config), by_epoch, evaluates); });
  };
  const std::string validates = R"({"workflow": [["train", 1], ["val", 1]]})",
                    trains = R"({"workflow": [["train", 1]]})";
  CHECK(refused("AP", trains, true, true) == "(no error)");
  CHECK_THAT(refused("AP", trains, true, false), ContainsSubstring("/monitor: this run makes no evaluation"));
  CHECK(refused("val/loss", validates, true, false) == "(no error)");
  CHECK_THAT(refused("val/loss", trains, true, true), ContainsSubstring("no losses on the validation set"));
  CHECK(refused("train/loss", trains, true, false) == "(no error)");
  CHECK_THAT(refused("train/loss", trains, false, false), ContainsSubstring("no means over training epochs"));
}

namespace {

nlohmann::ordered_json of_two(int epochs) {
  auto config = sgd(epochs);
  config["optimizer"] = {{"backbone", {{"type", "SGD"}, {"lr", 0.1}, {"momentum", 0.9}}},
                         {"keypoint_head", {{"type", "Adam"}, {"lr", 0.01}, {"weight_decay", 0.5}}}};
  return config;
}

std::vector<std::string> notes_of(const nlohmann::ordered_json& config,
                                  const std::vector<std::string>& groups = {}) {
  return ph::judge_schedules(run_of(config, 10, groups));
}

}  // namespace

TEST_CASE("several optimizers have their groups in one table", "[plugins][schedule]") {
  auto config = of_two(2);
  config["lr_config"] = {{"policy", "step"}, {"step", 1}};
  config["schedules"] = {{"eps", {{"policy", "fixed"}}}};
  CHECK(csv_of(run_of(config, 1)) ==
        "iter,epoch,group,lr,momentum,eps\n0,0,0,0.1,0.9,\n0,0,1,0.01,0.9,1e-08\n"
        "1,1,0,0.010000000000000002,0.9,\n1,1,1,0.001,0.9,1e-08\n");
  // Groups that are told come under their optimizer; the other has one of its own.
  const auto told = run_of(
      config, 1,
      {R"({"optimizer": "keypoint_head", "lr": 1})", R"({"optimizer": "keypoint_head", "beta1": 0.5})"});
  REQUIRE(told.groups.size() == 3);
  CHECK(told.groups[0].optimizer == "backbone: SGD");
  CHECK(told.value(0, 1, 0) == 1);
  CHECK(told.value(0, 2, told.columns()[1]) == 0.5);
  // A list has a value for each of all groups.
  config["lr_config"] = {{"policy", "OneCycle"}, {"max_lr", {0.5, 0.05}}};
  const auto cycle = run_of(config, 10);
  CHECK_THAT(cycle.value(5, 0, 0), test::WithinRel(10 * cycle.value(5, 1, 0), 1e-14));
  // Of one that leaves parameters to others, both, under the names that a run gives them.
  config["lr_config"] = {{"policy", "fixed"}};
  config.erase("schedules");
  config["optimizer"] = {{"type", "Muon"}, {"lr", 0.02}, {"others", {{"type", "AdamW"}}}};
  const auto muon = run_of(config, 1);
  REQUIRE(muon.groups.size() == 2);
  CHECK(muon.groups[0].optimizer == "Muon: Muon");
  CHECK(muon.groups[1].optimizer == "others: AdamW");
  CHECK(muon.value(0, 1, 0) == 0.001);
}

TEST_CASE("a figure of several optimizers says whose a curve is", "[plugins][schedule]") {
  auto config = of_two(4);
  config["schedules"] = {{"beta2", {{"policy", "LinearAnnealing"}, {"min_value", 0.5}}}};
  const auto figure = ph::schedule_figure({run_of(config, 5)});
  REQUIRE(figure.panels.size() == 3);
  CHECK(figure.panels[0].curves[0].label == "lr of group 0, backbone: SGD");
  REQUIRE(figure.panels[2].curves.size() == 1);
  CHECK(figure.panels[2].curves[0].label == "beta2 of group 1, keypoint_head: Adam");
}

TEST_CASE("of several optimizers a group has to say whose it is", "[plugins][schedule][error]") {
  auto config = of_two(4);
  CHECK_THAT(refusal(config, {R"({"lr": 0.1})"}),
             ContainsSubstring("of which optimizer") && ContainsSubstring("backbone, keypoint_head") &&
                 ContainsSubstring(R"({"optimizer": "backbone", "lr": 0.1})"));
  CHECK_THAT(refusal(config, {R"({"optimizer": "bakbone"})"}),
             ContainsSubstring("did you mean \"backbone\""));
  CHECK_THAT(refusal(config, {R"({"optimizer": "backbone", "beta1": 0.1})"}),
             ContainsSubstring("no such hyper-parameter") && ContainsSubstring("momentum"));
  CHECK_THAT(refusal(sgd(4), {R"({"optimizer": "backbone"})"}), ContainsSubstring("no such hyper-parameter"));
  config["momentum_config"] = {{"policy", "fixed"}};
  config["schedules"] = {{"alpha", {{"policy", "fixed"}}}};
  CHECK_THAT(refusal(config), ContainsSubstring("backbone: org.posehost.optimizers/SGD") &&
                                  ContainsSubstring("has no alpha to schedule"));
  config["optimizer"]["keypoint_head"] = 1;
  CHECK_THAT(refusal(config), ContainsSubstring("no type given"));
  config["optimizer"] = {{"lr", 0.1}};
  CHECK_THAT(refusal(config), ContainsSubstring("no type given"));
}

TEST_CASE("values that nobody would train with are named", "[plugins][schedule]") {
  auto config = sgd(4);
  config["lr_config"] = {{"policy", "poly"}, {"min_lr", 0.001}};
  CHECK(notes_of(config).empty());
  config["lr_config"]["min_lr"] = -1;
  REQUIRE(notes_of(config, {"{}", "{}"}).size() == 1);
  CHECK(notes_of(config, {"{}", "{}"})[0] == "lr of group 0 and 1 more falls below 0");
  config["lr_config"] = {{"policy", "OneCycle"}, {"max_lr", 0.5}};
  config["momentum_config"] = {{"policy", "step"}, {"step", 1}, {"gamma", 1.5}};
  CHECK(notes_of(config) ==
        std::vector<std::string>{"lr comes from lr_config alone: that of the optimizer, 0.1, has no effect",
                                 "momentum of group 0 reaches 3.0375; at 1 and above nothing is forgotten"});
  CHECK(notes_of(sgd(4), {R"({"lr": 0})", "{}"}) ==
        std::vector<std::string>{"lr of group 0 is 0 throughout: its parameters stay as they are"});
}

TEST_CASE("values that are no numbers are refused", "[plugins][schedule][error]") {
  auto config = sgd(1000);
  config["lr_config"] = {{"policy", "inv"}, {"gamma", 0.1}, {"power", -500}};
  CHECK_THAT(test::error_of([&] { (void)notes_of(config); }),
             ContainsSubstring("/lr_config: lr of group 0 is no finite number in iteration") &&
                 ContainsSubstring("inf") && ContainsSubstring("other arguments"));
}

TEST_CASE("errors of a warm-up name the keys of the config", "[plugins][schedule][error]") {
  auto config = sgd(4);
  const auto refused = [&](const nlohmann::ordered_json& keys) {
    config["lr_config"] = {{"policy", "fixed"}, {"warmup", "linear"}, {"warmup_iters", 5}};
    config["lr_config"].update(keys);
    return refusal(config);
  };
  CHECK(refused({{"warmup_ratio", 1}}) == "(no error)");
  CHECK_THAT(refused({{"warmup", "linaer"}}),
             ContainsSubstring("/lr_config/warmup: ") && ContainsSubstring("did you mean \"linear\""));
  CHECK_THAT(refused({{"warmup_iters", 0}}),
             ContainsSubstring("/lr_config/warmup_iters: ") && ContainsSubstring("above 0"));
  CHECK_THAT(refused({{"warmup_ratio", 1.5}}), ContainsSubstring("/lr_config/warmup_ratio: "));
  CHECK_THAT(refused({{"warmup_by_epoch", 1}}), ContainsSubstring("/lr_config/warmup_by_epoch: "));
  CHECK_THAT(refused({{"warmup_iters", nullptr}}), ContainsSubstring("\"warmup_iters\" beside it"));
  // One that is turned off leaves its keys without use; without a word about it they are a mistake.
  CHECK(refused({{"warmup", nullptr}}) == "(no error)");
  config["lr_config"].erase("warmup");
  CHECK_THAT(refusal(config), ContainsSubstring("no warm-up that it could belong to"));
}
