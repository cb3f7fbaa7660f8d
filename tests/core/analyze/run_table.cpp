#include "analyze/run_table.hpp"

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/picture_header.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;
using test::put;

namespace {

void make_run(const test::TempFolder& folder, const std::string& name, double lr, double first,
              double second) {
  put(folder / name, "config.json",
      R"({"work_dir": ")" + name + R"(", "total_epochs": 2, "optimizer": {"type": "Adam", "lr": )" +
          std::to_string(lr) + "}}");
  const auto row = [](int epoch, double epe) {
    return R"({"mode": "train", "epoch": )" + std::to_string(epoch) +
           R"(, "iter": 5, "lr": 0.1, "loss": 1.0})" + "\n" + R"({"mode": "val", "epoch": )" +
           std::to_string(epoch) + R"(, "iter": 5, "lr": 0.1, "EPE": )" + std::to_string(epe) +
           R"(, "PCK": 0.5})" + "\n";
  };
  put(folder / name, "1.log.json",
      R"({"seed": 0, "posehost": "0.9.0", "iters_per_epoch": 5, "by_epoch": true})"
      "\n" +
          row(1, first) + row(2, second));
}

std::vector<std::string> names(const std::vector<ph::RunRow>& runs) {
  std::vector<std::string> all;
  for (const auto& row : runs) all.push_back(row.name);
  return all;
}

}  // namespace

TEST_CASE("A table of runs has best values and differences of configs", "[analyze][runs]") {
  const test::TempFolder folder;
  make_run(folder, "a", 0.1, 5, 7);
  make_run(folder, "b/deep", 0.2, 3, 2);
  make_run(folder, "c", 0.1, 9, 8);
  put(folder / "d", "status.json", "{damaged");
  auto runs = ph::find_runs(folder.path());
  REQUIRE(names(runs) == std::vector<std::string>{"a", "b/deep", "c", "d"});
  CHECK(ph::metric_names(runs) == std::vector<std::string>{"EPE", "PCK"});
  CHECK((runs[0].metrics[0].value == 5 && runs[0].metrics[0].iter == 5 && runs[1].metrics[0].value == 2 &&
         runs[1].metrics[0].iter == 10));
  REQUIRE(runs[1].settings.size() == 1);
  CHECK(runs[1].settings[0] == std::pair<std::string, std::string>("optimizer.lr", "0.2"));
  CHECK(runs[2].settings[0].second == "0.1");
  CHECK(runs[0].state == "unknown");
  CHECK_FALSE(runs[3].problem.empty());
  ph::sort_runs(runs, "EPE");
  CHECK(names(runs) == std::vector<std::string>{"b/deep", "a", "c", "d"});
  CHECK_THAT(
      test::error_of([&] { ph::sort_runs(runs, "EPF"); }),
      ContainsSubstring("name, state, epoch, updated, EPE") && ContainsSubstring("did you mean \"EPE\""));
}

TEST_CASE("A folder without runs is an error", "[analyze][runs][error]") {
  const test::TempFolder folder;
  CHECK_THAT(test::error_of([&] { (void)ph::find_runs(folder.path()); }),
             ContainsSubstring("no run in this folder"));
  CHECK_THAT(test::error_of([&] { (void)ph::find_runs(folder / "missing"); }),
             ContainsSubstring("no folder"));
}
