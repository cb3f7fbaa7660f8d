#include <algorithm>
#include <chrono>
#include <thread>

#include "hook_run.hpp"
#include "support/catch.hpp"

using test::HookRun;
using test::LoggedHook;

TEST_CASE("IterTimer tells waiting from working", "[plugins][hook]") {
  LoggedHook timer("IterTimer");
  CHECK(timer.info().priority == PH_PRIORITY_LOW);
  HookRun run({&timer});
  run.set_length(1, 2);
  const auto sleep = [](int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); };
  const bool train = GENERATE(true, false);
  run.event.mode = train ? PH_MODE_TRAIN : PH_MODE_VAL;
  run.stage(train ? PH_STAGE_BEFORE_TRAIN_EPOCH : PH_STAGE_BEFORE_VAL_EPOCH);
  for (int i = 0; i < 2; ++i) {
    sleep(8);  // data
    run.stage(train ? PH_STAGE_BEFORE_TRAIN_ITER : PH_STAGE_BEFORE_VAL_ITER);
    sleep(30);  // work
    run.stage(train ? PH_STAGE_AFTER_TRAIN_ITER : PH_STAGE_AFTER_VAL_ITER);
  }
  // The memory of training alone, at least what this test takes.
  const auto memory = std::stable_partition(run.published.begin(), run.published.end(),
                                            [](const auto& value) { return value.first != "memory"; });
  CHECK(run.published.end() - memory == (train ? 2 : 0));
  for (auto it = memory; it != run.published.end(); ++it) CHECK((it->second > 1 && it->second < 1e6));
  run.published.erase(memory, run.published.end());
  REQUIRE(run.published.size() == 4);
  // Only lower bounds: a busy machine sleeps longer.
  for (std::size_t i = 0; i < 4; i += 2) {
    CHECK(run.published[i].first == "data_time");
    CHECK(run.published[i + 1].first == "time");
    CHECK(run.published[i].second >= 0.008);
    CHECK(run.published[i + 1].second - run.published[i].second >= 0.030);
  }
}
