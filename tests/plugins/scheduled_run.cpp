// What `posehost schedule` shows of a config without model and data.
#include "schedule/scheduled_run.hpp"

#include <cmath>
#include <sstream>

#include "bundled.hpp"
#include "config/run_config.hpp"
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
