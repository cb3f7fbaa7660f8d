// Where the time of a run goes, as the Profiler hook writes it and the end of a run lists it.
#include <chrono>
#include <thread>

#include "run/place.hpp"
#include "small_run.hpp"
#include "support/catch.hpp"
#include "train/run_summary.hpp"

TEST_CASE("Time within a scope of another is the other's", "[train][times]") {
  auto& times = ph::run_times();
  times.reset();
  times.record(10);
  const auto sleep = [](int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); };
  {
    const ph::PlaceScope outer(nullptr, "outer");
    sleep(20);
    for (int i = 0; i < 2; ++i) {
      const ph::PlaceScope inner("a/A", "inner");
      sleep(30);
    }
  }
  const auto sums = times.sums();
  REQUIRE(sums.size() == 2);
  CHECK((sums[0].who == "a/A" && sums[0].what == "inner" && sums[0].calls == 2));
  CHECK(sums[0].ns >= 60'000'000);
  CHECK((sums[1].who.empty() && sums[1].calls == 1 && sums[1].ns >= 20'000'000));
  const auto spans = times.take_recorded();
  REQUIRE(spans.size() == 3);
  CHECK(std::string(spans[2].what) == "outer");
  CHECK((spans[2].begin_ns <= spans[0].begin_ns && spans[1].end_ns <= spans[2].end_ns));
  CHECK(spans[2].end_ns - spans[2].begin_ns - sums[0].ns - sums[1].ns < 1'000'000);
}

TEST_CASE("A trace has data, forward, backward, optimizer and each hook", "[train][times]") {
  const test::TempFolder folder;
  auto plan = ph::make_plan(test::small_run(folder.path(), R"({"total_epochs": 1, "evaluation": null,
                         "custom_hooks": [{"type": "ProfilerHook", "begin": 1, "profile_iters": 3}]})"));
  (void)test::train(plan);
  const auto trace = ph::Json::parse(test::bytes_of(plan.work_dir / "log.trace.json"));
  std::map<std::string, int> count;
  for (const auto& event : trace.at("traceEvents")) {
    CHECK((event.at("ph") == "X" && event.at("dur").get<double>() >= 0));
    ++count[event.at("name").get<std::string>()];
  }
  CHECK(count["waiting for data"] == 3);
  CHECK(count["forward"] == 3);
  CHECK(count["backward"] == 3);
  CHECK(count["org.posehost.optimizers/Adam step"] == 3);
  CHECK(count["org.posehost.hooks/IterTimer before_train_iter"] == 3);
  CHECK(count["org.posehost.hooks/TextLogger after_train_iter"] >= 3);

  std::string all;
  for (const auto& line : ph::describe_end(plan, {}, {}, {})) all += line + "\n";
  CHECK_THAT(all, test::ContainsSubstring("plugin  org.posehost.hooks/TextLogger "));
  CHECK_THAT(all, test::ContainsSubstring("time    forward"));
  CHECK_THAT(all, test::ContainsSubstring("log.trace.json, "));
}

TEST_CASE("A run that a hook ends is finished, and stays so when it is resumed", "[train][hooks]") {
  const test::TempFolder folder;
  const std::string patch =
      R"({"total_epochs": 9, "evaluation": {"interval": 1, "metric": "EPE", "save_best": null},
          "custom_hooks": [{"type": "EarlyStoppingHook", "monitor": "EPE", "stopping_threshold": 1e9}]})";
  auto plan = ph::make_plan(test::small_run(folder.path(), patch));
  const auto result = test::train(plan);
  CHECK(result.finished);
  CHECK_THAT(result.stop_reason, test::ContainsSubstring("EPE has reached "));
  CHECK(test::rows(plan, "train").size() == 5);  // one epoch
  auto again = ph::make_plan(test::small_run(folder.path(), patch));
  const auto second = test::train(again, result.checkpoint, "again");
  CHECK(second.finished);
  CHECK(test::rows(again, "train", "again").empty());
}
