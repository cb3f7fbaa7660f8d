#include <cmath>

#include "hook_run.hpp"
#include "service/run_services.hpp"
#include "support/catch.hpp"

using test::ContainsSubstring;

namespace {

const double no_number = std::nan("");

// A run of one NaNGuard, on a host that can leave out updates.
struct Guarded {
  explicit Guarded(const std::string& args) : services{true}, hook{"NaNGuard", args}, run{{&hook}} {
    run.set_length(1, 100);
    run.tensors = {{"buffer/w", {1.0}}, {"hook/before/w", {0.0}}};
    // The forward pass of an iteration, as batch norms see it.
    run.on_forward = [this] { run.tensors["buffer/w"][0] = run.scalars["loss"]; };
    (void)ph::take_update_request();
  }
  ph::UpdateRequest after(double loss) {
    run.scalars["loss"] = loss;
    run.train();
    return ph::take_update_request();
  }
  test::WithServices services;
  test::LoggedHook hook;
  test::HookRun run;
};

}  // namespace

TEST_CASE("NaNGuard rolls back a few times and then ends the run", "[plugins][nan]") {
  test::LoggedHook hook("NaNGuard", R"({"max_rollbacks": 2, "max_loss": 10})");
  test::HookRun run({&hook});
  run.set_length(1, 100);
  run.scalars["loss"] = 9;
  run.train();
  CHECK(hook.warnings.empty());
  run.scalars["loss"] = std::nan("");
  CHECK_THAT(test::hook_error([&] { run.train(); }), test::ContainsSubstring("no checkpoint yet"));
  run.can_roll_back = true;
  run.train();
  run.scalars["loss"] = 11;
  run.train();
  CHECK(run.rollbacks == 2);
  REQUIRE(hook.warnings.size() == 2);
  CHECK_THAT(hook.warnings[0], test::ContainsSubstring("nan; rollback 1 of 2"));
  CHECK_THAT(test::hook_error([&] { run.train(); }), test::ContainsSubstring("after 2 rollbacks"));
}

TEST_CASE("NaNGuard leaves updates out, and ends the run after too many in a row", "[plugins][nan]") {
  Guarded guarded(R"({"action": "skip", "max_skips": 2, "max_loss": 10})");
  CHECK_FALSE(guarded.after(9).skip);
  CHECK(guarded.after(no_number).skip);
  CHECK(guarded.run.tensors["buffer/w"][0] == 9);  // not what the bad batch made of it
  CHECK(guarded.after(11).skip);
  CHECK_FALSE(guarded.after(3).skip);  // in a row
  CHECK(guarded.after(no_number).skip);
  const auto state = guarded.hook.save_state();
  CHECK(guarded.after(INFINITY).skip);
  const auto last = guarded.after(no_number);
  CHECK_FALSE(last.skip);
  REQUIRE(last.fail);
  CHECK_THAT(*last.fail, ContainsSubstring("iteration 7: the loss is nan again, after 2 updates left out"));
  REQUIRE(guarded.hook.warnings.size() == 4);
  CHECK_THAT(guarded.hook.warnings[3], ContainsSubstring("update is left out, 2 of at most 2 in a row"));
  guarded.run.stage(PH_STAGE_AFTER_RUN);
  CHECK(guarded.hook.lines.back() == "NaNGuard: 4 updates left out");

  Guarded resumed(R"({"action": "skip", "max_skips": 2})");
  resumed.hook.load_state(state);
  CHECK(resumed.after(no_number).skip);
  CHECK(resumed.after(no_number).fail);
}

TEST_CASE("NaNGuard ends the run at once where it is told to", "[plugins][nan]") {
  Guarded guarded(R"({"action": "stop"})");
  CHECK_FALSE(guarded.after(1e30).fail);
  const auto request = guarded.after(no_number);
  REQUIRE(request.fail);
  CHECK(*request.fail == "iteration 2: the loss is nan");
  CHECK_FALSE(request.skip);
}

TEST_CASE("NaNGuard where nothing can be rolled back to leaves the end to the host", "[plugins][nan]") {
  Guarded guarded(R"({"max_rollbacks": 1})");
  const auto none = guarded.after(no_number);
  REQUIRE(none.fail);
  CHECK_THAT(*none.fail, ContainsSubstring("no checkpoint yet"));
  guarded.run.can_roll_back = true;
  CHECK_FALSE(guarded.after(no_number).fail);
  const auto again = guarded.after(no_number);
  REQUIRE(again.fail);
  CHECK_THAT(*again.fail, ContainsSubstring("after 1 rollbacks"));
}

TEST_CASE("NaNGuard names what is wrong", "[plugins][nan][error]") {
  CHECK_THAT(test::hook_error([] { test::LoggedHook("NaNGuard", R"({"action": "hope"})"); }),
             ContainsSubstring("/action"));
  CHECK_THAT(test::hook_error([] { test::LoggedHook("NaNGuard", R"({"action": "skip"})"); }),
             ContainsSubstring("this host cannot leave out an update"));
  test::LoggedHook hook("NaNGuard");
  for (const char* bytes : {"", "[]", R"({"rollbacks": "3"})"})
    CHECK_THAT(test::hook_error([&] { hook.load_state(bytes); }), ContainsSubstring("damaged"));
  hook.load_state(R"({"rollbacks": 2})");  // of before it could skip
  CHECK(hook.info().stages == (PH_STAGE_BIT(PH_STAGE_AFTER_TRAIN_ITER) | PH_STAGE_BIT(PH_STAGE_AFTER_RUN)));
}
