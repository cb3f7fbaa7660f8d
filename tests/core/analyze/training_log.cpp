#include "analyze/training_log.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;
using Points = std::vector<std::pair<double, double>>;

namespace {

constexpr const char* kMmcvMeta = R"({"env_info": "sys.platform: linux", "seed": 0, "exp_name": "cfg.py"})";

std::string row(const char* mode, int epoch, int iter, const std::string& values) {
  return std::string(R"({"mode": ")") + mode + R"(", "epoch": )" + std::to_string(epoch) + R"(, "iter": )" +
         std::to_string(iter) + ", " + values + "}\n";
}
std::string train(int epoch, int iter, double loss, double time = 1) {
  return row(
      "train", epoch, iter,
      R"("lr": 0.1, "heatmap_loss": )" + std::to_string(loss) + R"(, "time": )" + std::to_string(time));
}

/// A log with that text, read.
ph::TrainingLog log_of(const std::string& text) {
  const test::TempFolder folder;
  return ph::TrainingLog::read(folder.write("a.log.json", text));
}

Points points(const ph::TrainingLog& log, const std::string& key) {
  Points all;
  for (const auto& point : log.series(key)) all.emplace_back(point.iter, point.value);
  return all;
}

std::string refusal(const std::string& text) {
  return test::error_of([&] { (void)log_of(text); });
}

}  // namespace

TEST_CASE("mmcv's rows stand where they belong in the run", "[analyze]") {
  const auto log = log_of(std::string(kMmcvMeta) + "\n" + train(1, 10, 4) + train(1, 20, 3) +
                          row("val", 1, 7, R"("AP": 0.25, "lr": 0.1)") + train(2, 10, 2) + train(2, 20, 1) +
                          row("val", 2, 7, R"("AP": 0.5, "lr": 0.1)"));
  CHECK(points(log, "heatmap_loss") == Points{{10, 4}, {20, 3}, {30, 2}, {40, 1}});
  // 7 is the number of validation batches, not a place in the run.
  CHECK(points(log, "AP") == Points{{20, 0.25}, {40, 0.5}});
  CHECK(points(log, "val/lr") == Points{{20, 0.1}, {40, 0.1}});
  CHECK(points(log, "lr").size() == 4);
}

TEST_CASE("a log may begin in the middle, and its epochs may be ragged", "[analyze]") {
  const auto log = log_of(train(5, 20, 5) + train(6, 10, 4) + train(6, 20, 3) + train(7, 10, 2));
  CHECK(points(log, "heatmap_loss") == Points{{100, 5}, {110, 4}, {120, 3}, {130, 2}});
}

TEST_CASE("the length of an epoch that the log gives counts", "[analyze]") {
  const auto log = log_of(R"({"seed": 0, "posehost": "0.9.0", "iters_per_epoch": 25, "by_epoch": true})"
                          "\n" +
                          train(1, 10, 4) + train(1, 20, 3) + train(2, 10, 2));
  CHECK(points(log, "heatmap_loss") == Points{{10, 4}, {20, 3}, {35, 2}});
}

TEST_CASE("rows that a resumed run wrote again replace the first", "[analyze]") {
  const std::string first =
      train(1, 10, 9) + train(1, 20, 8) + train(2, 10, 7) + train(2, 20, 6) + train(3, 10, 5);
  const std::string second = train(2, 20, 60) + train(3, 10, 50) + train(3, 20, 40);
  const Points expected{{10, 9}, {20, 8}, {30, 7}, {40, 60}, {50, 50}, {60, 40}};
  CHECK(points(log_of(first + kMmcvMeta + "\n" + second), "heatmap_loss") == expected);
  // The same as two logs of a work dir.
  const test::TempFolder folder;
  folder.write("20261124_083000.log.json", first);
  folder.write("20261124_093000.log.json", std::string(kMmcvMeta) + "\n" + second);
  folder.write("notes.json", "{}");
  CHECK(points(ph::TrainingLog::read(folder.path()), "heatmap_loss") == expected);
}

TEST_CASE("iterations that are counted through the run stay as they are", "[analyze]") {
  CHECK(points(log_of(train(1, 10, 4) + train(1, 20, 3) + train(2, 30, 2) + train(2, 40, 1)),
               "heatmap_loss") == Points{{10, 4}, {20, 3}, {30, 2}, {40, 1}});
  CHECK(points(log_of(R"({"posehost": "0.9.0", "iters_per_epoch": 15, "by_epoch": false})"
                      "\n" +
                      train(3, 40, 2) + row("val", 3, 40, R"("PCK": 0.5)")),
               "PCK") == Points{{40, 0.5}});
}

TEST_CASE("mmengine's scalars", "[analyze]") {
  const auto log = log_of(
      R"({"lr": 0.1, "data_time": 0.1, "loss": 4, "loss_kpt": 4, "time": 1, "epoch": 1, "iter": 50, "step": 50})"
      "\n"
      R"({"lr": 0.1, "data_time": 0.1, "loss": 3, "loss_kpt": 3, "time": 1, "epoch": 2, "iter": 150, "step": 150})"
      "\n"
      R"({"coco/AP": 0.5, "coco/AP .5": 0.75, "data_time": 0.1, "time": 0.2, "step": 2})"
      "\n");
  CHECK(points(log, "loss") == Points{{50, 4}, {150, 3}});
  CHECK(points(log, "coco/AP") == Points{{150, 0.5}});
  CHECK(points(log, "AP") == Points{{150, 0.5}});
  CHECK(points(log, "time") == Points{{50, 1}, {150, 1}});
}

TEST_CASE("names of other versions find the same thing", "[analyze]") {
  const auto log = log_of(train(1, 10, 4));
  CHECK(points(log, "mse_loss") == Points{{10, 4}});
  CHECK(points(log, "loss_kpt") == Points{{10, 4}});
  CHECK(points(log_of(row("train", 1, 10, R"("mse_loss": 2)")), "heatmap_loss") == Points{{10, 2}});
  CHECK(points(log_of(row("train", 1, 10, R"("loss_kpt": 2)")), "reg_loss") == Points{{10, 2}});
  CHECK_THAT(test::error_of([&] {
               (void)log_of(row("train", 1, 10, R"("heatmap_loss": 1, "reg_loss": 2)")).series("loss_kpt");
             }),
             ContainsSubstring("loss_kpt may be one of several things") &&
                 ContainsSubstring("heatmap_loss, reg_loss"));
}

TEST_CASE("a key that is not there", "[analyze][error]") {
  const auto log = log_of(train(1, 10, 4) + row("val", 1, 10, R"("AP": 1)"));
  const auto error = test::error_of([&] { (void)log.series("acc_pose"); });
  CHECK_THAT(error, ContainsSubstring("does not contain metric acc_pose"));
  CHECK_THAT(error, ContainsSubstring("found     heatmap_loss, lr, time, AP"));
  CHECK_THAT(test::error_of([&] { (void)log.series("heatmap_los"); }),
             ContainsSubstring("did you mean \"heatmap_loss\""));
  CHECK_THAT(test::error_of([&] { (void)log.series("val/heatmap_loss"); }),
             ContainsSubstring("does not contain"));
}

TEST_CASE("files that are no logs", "[analyze][error]") {
  CHECK_THAT(refusal(""), ContainsSubstring("the file is empty"));
  CHECK_THAT(refusal("\n \n"), ContainsSubstring("the file is empty"));
  CHECK_THAT(refusal("hello\n"), ContainsSubstring("a.log.json:1: this is no log in JSON lines"));
  CHECK_THAT(refusal("[1, 2]\n"), ContainsSubstring("this is no log"));
  CHECK_THAT(refusal("{\n  \"model\": 1\n}\n"), ContainsSubstring(":1: the row is cut off or damaged"));
  CHECK_THAT(refusal(R"({"images": [], "annotations": []})"), ContainsSubstring(":1: this is no row"));
  CHECK_THAT(refusal(kMmcvMeta), ContainsSubstring("no rows in this log"));
  const auto cut = refusal(train(1, 10, 4) + "\n" + R"({"mode": "train", "epoch": 1, "it)");
  CHECK_THAT(cut, ContainsSubstring("a.log.json:3: the row is cut off or damaged"));
  CHECK_THAT(cut, ContainsSubstring("take that line out"));
  CHECK_THAT(refusal("\x7f\x45LF\x01\x02"), ContainsSubstring("this is no log"));
  CHECK_THAT(test::error_of([] { (void)ph::TrainingLog::read("/no/such.json"); }),
             ContainsSubstring("/no/such.json"));
  const test::TempFolder folder;
  CHECK_THAT(test::error_of([&] { (void)ph::TrainingLog::read(folder.path()); }),
             ContainsSubstring("no log in this folder"));
}

TEST_CASE("numbers that are none are gaps", "[analyze]") {
  const auto log = log_of(row("train", 1, 10, R"("note": "NaN \" Infinity", "loss": NaN)") +
                          row("train", 1, 20, R"("loss": -Infinity)") +
                          row("train", 1, 30, R"("loss": 1.5)") + row("train", 1, 40, R"("loss": null)"));
  const auto series = log.series("loss");
  REQUIRE(series.size() == 4);
  CHECK(std::isnan(series[0].value));
  CHECK(series[2].value == 1.5);
  CHECK(std::isnan(series[3].value));
}

TEST_CASE("times by epoch", "[analyze]") {
  const auto log = log_of(train(1, 10, 1, 9) + train(1, 20, 1, 2) + train(1, 30, 1, 4) +
                          row("val", 1, 5, R"("time": 100)") + train(2, 10, 1, 8) + train(2, 20, 1, 1) +
                          train(3, 10, 1, 7));
  std::vector<double> all;
  const auto times = log.epoch_times(false, all);
  REQUIRE(times.size() == 2);  // the third has nothing but its first row
  CHECK(times[0].epoch == 1);
  CHECK(times[0].mean == 3);
  CHECK(times[1].mean == 1);
  CHECK(all == std::vector<double>{2, 4, 1});
  CHECK(log.epoch_times(true, all).size() == 3);
  CHECK(all == std::vector<double>{9, 2, 4, 8, 1, 7});
  // A resumed run waits for its data once more.
  const auto resumed = log_of(train(1, 10, 1, 9) + train(1, 20, 1, 2) + train(1, 30, 1, 4) + kMmcvMeta +
                              "\n" + train(1, 30, 1, 50) + train(1, 40, 1, 6));
  CHECK(resumed.epoch_times(false, all)[0].mean == 4);
  CHECK(all == std::vector<double>{2, 6});
  CHECK_THAT(test::error_of([] {
               std::vector<double> unused;
               (void)log_of(train(1, 10, 1)).epoch_times(false, unused);
             }),
             ContainsSubstring("try       --include-outliers"));
  CHECK_THAT(test::error_of([] {
               std::vector<double> unused;
               (void)log_of(row("train", 1, 10, R"("loss": 1)")).epoch_times(false, unused);
             }),
             ContainsSubstring("does not contain metric time"));
}

TEST_CASE("Losses go by the names of every version", "[analyze]") {
  using Values = std::vector<std::pair<std::string, double>>;
  const auto one = ph::with_aliases(Values{{"heatmap_loss", 0.5}, {"acc_pose", 0.25}});
  const std::map<std::string, double> all(one.begin(), one.end());
  CHECK((all.at("mse_loss") == 0.5 && all.at("loss_kpt") == 0.5 && all.at("heatmap_loss") == 0.5));
  CHECK(one.front().first == "heatmap_loss");  // what a log calls it comes first
  // Which of the two would be loss_kpt?
  const auto two = ph::with_aliases(Values{{"heatmap_loss", 0.5}, {"reg_loss", 2}});
  CHECK(std::none_of(two.begin(), two.end(), [](const auto& value) { return value.first == "loss_kpt"; }));
}
