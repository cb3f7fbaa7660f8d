// TextLogger and JsonLogger: formats, order of keys, when rows are due, how they bear a bad disk.
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <limits>
#include <sstream>

#include "hook_run.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

using ph::Json;
using test::ContainsSubstring;
using test::HookRun;
using test::LoggedHook;
using test::Values;

namespace {

Values row(std::int64_t) {
  return {{"data_time", 0.0123},
          {"mse_loss", 0.00123},
          {"acc_pose", 0.65432},
          {"loss", 0.00123},
          {"time", 0.345}};
}

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::istringstream in(test::read_all(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> keys_of(const Json& json) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  return keys;
}

}  // namespace

TEST_CASE("text rows have mmcv's format", "[plugins][hook][logger]") {
  LoggedHook logger("TextLogger", R"({"interval": 50})");
  HookRun run({&logger});
  run.averages = row;
  run.set_length(5, 100);
  run.scalars = {{"time", 0.4}};
  SECTION("by epoch") {
    run.train_epochs(3);
    run.train(99);
    CHECK(logger.lines.size() == 7);
    run.train();
    REQUIRE(logger.lines.size() == 8);
    // 100 iterations of 0.4 s to go
    CHECK(logger.lines.back() ==
          "Epoch [4][100/100]\tlr: 5.000e-04, eta: 0:00:40, time: 0.345, data_time: 0.012, "
          "mse_loss: 0.0012, acc_pose: 0.6543, loss: 0.0012");
  }
  SECTION("with memory") {
    run.averages = [](auto window) {
      auto values = row(window);
      values.emplace_back("memory", 4821.0);
      return values;
    };
    run.train(50);
    REQUIRE(logger.lines.size() == 1);
    CHECK_THAT(logger.lines[0], ContainsSubstring("data_time: 0.012, memory: 4821, mse_loss: 0.0012, "));
  }
  SECTION("without times") {
    run.averages = [](auto) { return Values{{"loss", 1.5}}; };
    run.scalars.clear();
    run.train(50);
    CHECK(logger.lines == std::vector<std::string>{"Epoch [1][50/100]\tlr: 5.000e-04, loss: 1.5000"});
  }
  SECTION("metrics of an evaluation") {
    run.train_epochs(2);
    logger.lines.clear();
    run.event.epoch = 1;  // within after_train_epoch
    run.metrics = {{"PCK", 0.718}, {"AUC", 0.5}};
    run.stage(PH_STAGE_AFTER_EVALUATE);
    CHECK(logger.lines == std::vector<std::string>{"Epoch(val) [2][100]\tPCK: 0.7180, AUC: 0.5000"});
  }
  SECTION("validation in the workflow") {
    run.train_epochs(2);
    logger.lines.clear();
    run.event.iters_in_epoch = 9;
    run.event.mode = PH_MODE_VAL;
    std::int64_t window = -1;
    run.averages = [&](auto n) { return window = n, row(n); };
    run.stage(PH_STAGE_AFTER_VAL_EPOCH);
    CHECK(window == 0);
    CHECK(logger.lines ==
          std::vector<std::string>{"Epoch(val) [2][9]\tmse_loss: 0.0012, acc_pose: 0.6543, loss: 0.0012"});
  }
}

TEST_CASE("rows have images a second since the row before", "[plugins][hook][logger]") {
  const test::TempFolder folder;
  LoggedHook text("TextLogger", R"({"interval": 2})"), json("JsonLogger", R"({"interval": 2})");
  HookRun run({&text, &json});
  run.set_work_dir(folder.path().string());
  run.averages = row;
  run.set_length(2, 3);
  run.stage(PH_STAGE_BEFORE_RUN);
  for (const double time : {0.5, 1.5, 9.0, 0.25, 0.25, 9.0}) {  // what an epoch leaves over counts for no row
    run.event.samples = 16;
    run.scalars = {{"time", time}};
    run.train();
  }
  REQUIRE(text.lines.size() == 2);
  CHECK_THAT(text.lines[0], ContainsSubstring("data_time: 0.012, images/s: 16.0, mse_loss: "));
  CHECK_THAT(text.lines[1], ContainsSubstring("images/s: 64.0, "));
  CHECK(Json::parse(lines_of(folder.path() / "run.log.json").back())["images_per_s"] == 64);
}

TEST_CASE("a row of updates that were all left out has no values, and ends without a comma",
          "[plugins][hook][logger]") {
  const test::TempFolder folder;
  LoggedHook text("TextLogger", R"({"interval": 1})");
  HookRun run({&text});
  run.set_work_dir(folder.path().string());
  run.averages = [](auto) { return Values{{"time", 0.5}, {"data_time", 0.25}}; };
  run.set_length(1, 1);
  run.stage(PH_STAGE_BEFORE_RUN);
  run.train();
  REQUIRE(text.lines.size() == 1);
  CHECK(text.lines[0].substr(text.lines[0].find("time:")) == "time: 0.500, data_time: 0.250");
}

TEST_CASE("rows name the lr of each of several optimizers", "[plugins][hook][logger]") {
  const test::TempFolder folder;
  LoggedHook text("TextLogger", R"({"interval": 2})"), json("JsonLogger", R"({"interval": 2})");
  HookRun run({&text, &json});
  run.set_work_dir(folder.path().string());
  run.averages = [](auto) {
    return Values{{"lr/backbone", 0.15}, {"loss", 1.5}, {"lr/keypoint_head", 0.25}};
  };
  run.scalars = {{"lr/backbone", 0.1}, {"lr/keypoint_head", 0.2}};  // now, not the mean
  run.set_length(1, 2);
  run.stage(PH_STAGE_BEFORE_RUN);
  run.train(2);
  REQUIRE(text.lines.size() == 1);
  CHECK(text.lines[0] == "Epoch [1][2/2]\tlr_backbone: 1.000e-01 lr_keypoint_head: 2.000e-01, loss: 1.5000");
  const auto row = Json::parse(lines_of(folder.path() / "run.log.json").back());
  CHECK(row["lr"] == Json{{"backbone", 0.1}, {"keypoint_head", 0.2}});
  CHECK(row["loss"] == 1.5);
  CHECK_FALSE(row.contains("lr/backbone"));
}

TEST_CASE("text rows of an iteration-based run", "[plugins][hook][logger]") {
  LoggedHook logger("TextLogger", R"({"interval": 100, "by_epoch": false})");
  HookRun run({&logger});
  run.averages = row;
  run.set_iterations(100000, 30);
  run.scalars = {{"time", 1.0}};
  run.train(100);
  CHECK(logger.lines ==
        std::vector<std::string>{"Iter [100/100000]\tlr: 5.000e-04, eta: 1 day, 3:45:00, time: 0.345, "
                                 "data_time: 0.012, mse_loss: 0.0012, acc_pose: 0.6543, loss: 0.0012"});
  run.metrics = {{"PCK", 0.25}};
  run.stage(PH_STAGE_AFTER_EVALUATE);
  CHECK(logger.lines.back() == "Iter(val) [100]\tPCK: 0.2500");
}

TEST_CASE("eta is from the mean of all iterations of this process", "[plugins][hook][logger]") {
  LoggedHook logger("TextLogger", R"({"interval": 2})");
  HookRun run({&logger});
  run.averages = row;
  run.set_length(100, 1000);
  run.resume(3, 3000);
  run.scalars = {{"time", 5.0}};
  run.train();
  run.scalars = {{"time", 1.0}};
  run.train();
  CHECK_THAT(logger.lines.at(0), ContainsSubstring("eta: 3 days, 8:49:54,"));  // 96998 iterations of 3 s
  run.train(2);
  CHECK_THAT(logger.lines.at(1), ContainsSubstring("eta: 2 days, 5:53:12,"));  // 96996 of 2 s
}

TEST_CASE("when rows are due", "[plugins][hook][logger]") {
  std::vector<std::int64_t> windows;
  const auto count = [&](const std::string& args, std::int64_t epochs, std::int64_t iters) {
    windows.clear();
    LoggedHook logger("TextLogger", args);
    HookRun run({&logger});
    run.averages = [&](auto window) { return windows.push_back(window), row(window); };
    run.set_length(epochs, iters);
    run.train_epochs(epochs);
    return logger.lines.size();
  };
  CHECK(count(R"({"interval": 4})", 2, 10) == 4);  // at 4 and 8 of each epoch; the rest is dropped
  CHECK(windows == std::vector<std::int64_t>{4, 4, 4, 4});
  CHECK(count(R"({"interval": 4, "ignore_last": false})", 2, 10) == 6);
  CHECK(count(R"({"interval": 5})", 2, 10) == 4);
  CHECK(count(R"({"interval": 50})", 3, 9) == 3);  // longer than the epoch: a row at its end
  CHECK(windows == std::vector<std::int64_t>{9, 9, 9});
  CHECK(count(R"({"interval": 6, "by_epoch": false})", 2, 10) == 3);  // 6, 12, 18
  CHECK(count(R"({"interval": 50, "by_epoch": false})", 2, 10) == 1);
  CHECK(windows == std::vector<std::int64_t>{20});
}

TEST_CASE("rows of an evaluation name the epoch that was trained", "[plugins][hook][logger]") {
  LoggedHook evaluation("Evaluation", R"({"by_epoch": false, "interval": 3})"), logger("TextLogger");
  HookRun run({&evaluation, &logger});
  run.set_length(2, 4);
  run.on_evaluate = [] { return Values{{"PCK", 0.5}}; };
  run.train_epochs(2);
  CHECK(logger.lines.size() == 2 + 2);
  CHECK(logger.lines[0] == "Epoch(val) [1][3]\tPCK: 0.5000");
  CHECK_THAT(logger.lines[1], ContainsSubstring("Epoch [1][4/4]\t"));
  CHECK(logger.lines[2] == "Epoch(val) [2][2]\tPCK: 0.5000");
  run.stage(PH_STAGE_AFTER_EVALUATE);  // the host's own one, after the run
  CHECK(logger.lines.back() == "Epoch(val) [2][4]\tPCK: 0.5000");
}

TEST_CASE("JSON rows have mmcv's keys in its order and full precision", "[plugins][hook][logger]") {
  const test::TempFolder folder;
  const double lr = 4.0000000000000003e-06, loss = 0.1 + 0.2;
  {
    LoggedHook logger("JsonLogger", R"({"interval": 2})");
    HookRun run({&logger});
    run.set_work_dir(folder.path());
    run.set_length(2, 4);
    run.hypers = {{"lr", lr}};
    run.averages = [&](auto) {
      return Values{
          {"data_time", 0.5}, {"mse_loss", loss}, {"loss", std::numeric_limits<double>::quiet_NaN()},
          {"grad_norm", 1.5}, {"time", 2.0},      {"memory", 512.0}};
    };
    run.stage(PH_STAGE_BEFORE_RUN);
    run.train(4);
    run.metrics = {{"PCK", 0.75}, {"AUC", 0.5}};
    run.event.inner_iter = 4;
    run.event.epoch = 0;
    run.stage(PH_STAGE_AFTER_EVALUATE);
    // Each row is on disk at once, not when the hook ends.
    CHECK(lines_of(folder.path() / "run.log.json").size() == 4);
  }
  const auto lines = lines_of(folder.path() / "run.log.json");
  REQUIRE(lines.size() == 4);
  CHECK(Json::parse(lines[0]) ==
        Json{{"seed", 7}, {"posehost", "0.9.0"}, {"iters_per_epoch", 4}, {"by_epoch", true}});
  const auto train = Json::parse(lines[2]);
  CHECK(keys_of(train) == std::vector<std::string>{"mode", "epoch", "iter", "lr", "memory", "data_time",
                                                   "mse_loss", "loss", "grad_norm", "time"});
  CHECK(train["mode"] == "train");
  CHECK(train["epoch"].dump() + train["iter"].dump() + train["memory"].dump() == "14512");
  CHECK(train["lr"].get<double>() == lr);
  CHECK(train["mse_loss"].get<double>() == loss);
  CHECK(train["loss"].is_null());
  const auto val = Json::parse(lines[3]);
  CHECK(keys_of(val) == std::vector<std::string>{"mode", "epoch", "iter", "lr", "PCK", "AUC"});
  CHECK(val["mode"] == "val");
  CHECK(val["epoch"].dump() + val["iter"].dump() == "14");
}

TEST_CASE("JSON rows of a resumed run are appended", "[plugins][hook][logger]") {
  const test::TempFolder folder;
  test::write_all(folder.path() / "run.log.json", "{\"old\": 1}\n");
  LoggedHook logger("JsonLogger");
  HookRun run({&logger});
  run.set_work_dir(folder.path());
  run.stage(PH_STAGE_BEFORE_RUN);
  const auto lines = lines_of(folder.path() / "run.log.json");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "{\"old\": 1}");
}

TEST_CASE("a disk that is full costs rows, not the run", "[plugins][hook][logger]") {
  const test::TempFolder folder;
  LoggedHook logger("JsonLogger", R"({"interval": 1})");
  HookRun run({&logger});
  run.averages = row;
  run.set_length(1, 5);
  SECTION("when writing") {
    run.set_work_dir(folder.path());
    std::filesystem::create_symlink("/dev/full", folder.path() / "run.log.json");
  }
  SECTION("when opening") { run.set_work_dir(folder.path() / "gone"); }
  run.stage(PH_STAGE_BEFORE_RUN);
  run.train(5);
  REQUIRE(logger.warnings.size() == 1);
  CHECK_THAT(logger.warnings[0], ContainsSubstring("cannot write ") && ContainsSubstring("run.log.json: ") &&
                                     ContainsSubstring("; rows are lost"));
}

TEST_CASE("a row that was cut off does not spoil the next one", "[plugins][hook][logger]") {
  const test::TempFolder folder;
  LoggedHook logger("JsonLogger", R"({"interval": 1})");
  HookRun run({&logger});
  run.averages = row;
  run.set_length(1, 5);
  run.set_work_dir(folder.path());
  run.stage(PH_STAGE_BEFORE_RUN);
  const auto file = folder.path() / "run.log.json";
  {
    // The disk is full 20 bytes further on.
    const auto old = std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    rlimit tight = before;
    tight.rlim_cur = std::filesystem::file_size(file) + 20;
    ::setrlimit(RLIMIT_FSIZE, &tight);
    run.train();
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, old);
  }
  CHECK(logger.warnings.size() == 1);
  run.train();
  const auto lines = lines_of(file);
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].size() == 20);
  CHECK(Json::parse(lines[2])["iter"] == 2);
}

TEST_CASE("loggers take mmcv's arguments and no others", "[plugins][hook][logger][error]") {
  const std::string name = GENERATE("TextLogger", "JsonLogger");
  CHECK_NOTHROW(LoggedHook(name, R"({"interval_exp_name": 1000, "reset_flag": false, "out_dir": null,
                                     "out_suffix": [".log.json", ".log", ".py"], "keep_local": true,
                                     "file_client_args": null})"));
  const auto [args, expected] =
      GENERATE(table<std::string, std::string>({{R"({"interval": 0})", "/interval"},
                                                {R"({"out_dir": "s3://a"})", "/out_dir"},
                                                {R"({"intervall": 1})", "\"interval\""}}));
  CHECK_THAT(test::hook_error([&, &a = args] { LoggedHook(name, a); }), ContainsSubstring(expected));
  CHECK(LoggedHook("TextLogger").info().priority == PH_PRIORITY_VERY_LOW);
}
