#include "run/run_status.hpp"

#include <cmath>
#include <fstream>

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;

TEST_CASE("A status comes back as it was written", "[run][status]") {
  const test::TempFolder folder;
  ph::RunStatus status;
  status.state = "stopped";
  status.why = "SIGTERM";
  status.iter = 7;
  status.max_iters = 100;
  status.loss = 0.1;
  status.hypers = {{"lr", 1e-7}};
  status.metrics = {{"PCKh@0.1", 0.5}, {"NME", std::nan("")}};
  status.times = {{"", "backward", 1'500'000'000, 7}, {"org.acme.hooks/Sharpen", "after_train_iter", 20, 1}};
  status.pid = 42;
  status.exit_code = 75;
  REQUIRE(ph::write_status(folder.path(), status, true));
  const auto read = ph::read_status(folder.path());
  CHECK((read.state == "stopped" && read.why == "SIGTERM" && read.iter == 7 && read.max_iters == 100));
  CHECK((read.loss == 0.1 && read.hypers == status.hypers && read.pid == 42 && read.exit_code == 75));
  REQUIRE(read.times.size() == 2);
  CHECK((read.times[0].what == "backward" && read.times[0].ns == 1'500'000'000 && read.times[0].calls == 7));
  CHECK((read.times[1].who == "org.acme.hooks/Sharpen" && read.times[1].ns == 20));
  REQUIRE(read.metrics.size() == 2);
  CHECK((read.metrics[0] == status.metrics[0] && std::isnan(read.metrics[1].second)));
  std::ifstream in(folder.path() / "metrics.prom");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  CHECK_THAT(text, ContainsSubstring("posehost_up 0\n"));
  CHECK_THAT(text, ContainsSubstring("posehost_metric_PCKh_0_1 0.5\n"));
  CHECK(text.find("nan") == std::string::npos);
  // Nothing but the two files is left.
  const auto begin = std::filesystem::directory_iterator(folder.path());
  CHECK(std::distance(begin, std::filesystem::directory_iterator{}) == 2);
}

TEST_CASE("A status that is missing or damaged is an error, one that cannot be written is not",
          "[run][status]") {
  const test::TempFolder folder;
  CHECK_THAT(test::error_of([&] { (void)ph::read_status(folder.path()); }),
             ContainsSubstring("no status.json"));
  CHECK_THAT(test::error_of([&] { (void)ph::read_status(folder.path() / "x"); }),
             ContainsSubstring("no such folder"));
  for (const char* text : {"", "{", "[1]", R"({"state": 3})"}) {
    std::ofstream(folder.path() / "status.json") << text;
    CHECK_THAT(test::error_of([&] { (void)ph::read_status(folder.path()); }),
               ContainsSubstring("not the status"));
  }
  // Times that are none are left out, the rest is taken.
  std::ofstream(folder.path() / "status.json")
      << R"({"state": "finished", "times": [3, {"what": "a", "s": -1}, {"s": 1e300}, {"what": "b", "s": 2}, {"s": "x"}]})";
  const auto times = ph::read_status(folder.path()).times;
  REQUIRE(times.size() == 2);
  CHECK((times[0].what == "b" && times[0].ns == 2'000'000'000 && times[1].ns == 0));
  CHECK_FALSE(ph::write_status("/proc/self", {}, false));
}
