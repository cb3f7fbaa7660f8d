#include <chrono>
#include <thread>

#include "hook_run.hpp"
#include "support/catch.hpp"

using test::ContainsSubstring;
using test::HookRun;
using test::LoggedHook;

namespace {

std::vector<std::string> files_of(const HookRun& run) {
  std::vector<std::string> files;
  for (const auto& save : run.saves) files.push_back(save.file);
  return files;
}

}  // namespace

TEST_CASE("checkpoints every few epochs and at the end", "[plugins][hook]") {
  LoggedHook hook("Checkpoint", R"({"interval": 2})");
  CHECK(hook.info().priority == PH_PRIORITY_NORMAL);
  HookRun run({&hook});
  run.set_length(5, 3);
  run.stage(PH_STAGE_BEFORE_RUN);
  run.train_epochs(5);
  CHECK(files_of(run) ==
        std::vector<std::string>{"epoch_2.safetensors", "epoch_4.safetensors", "epoch_5.safetensors"});
  CHECK(hook.lines == std::vector<std::string>{"Saving checkpoint at 2 epochs",
                                               "Saving checkpoint at 4 epochs",
                                               "Saving checkpoint at 5 epochs"});
  for (const auto& save : run.saves) {
    CHECK(save.flags == (PH_SAVE_OPTIMIZER | PH_SAVE_LAST));
    CHECK(save.remove.empty());
  }
}

TEST_CASE("checkpoints by iteration", "[plugins][hook]") {
  LoggedHook hook("Checkpoint", R"({"interval": 4, "by_epoch": false})");
  HookRun run({&hook});
  run.set_iterations(10, 3);
  run.stage(PH_STAGE_BEFORE_RUN);
  run.train(10);
  CHECK(files_of(run) ==
        std::vector<std::string>{"iter_4.safetensors", "iter_8.safetensors", "iter_10.safetensors"});
  CHECK(hook.lines[0] == "Saving checkpoint at 4 iterations");
}

TEST_CASE("checkpoints by wall time", "[plugins][hook]") {
  const auto state_of = [](const std::string& args, std::chrono::milliseconds each, HookRun* into = nullptr) {
    LoggedHook hook("Checkpoint", args);
    HookRun own({&hook});
    own.set_length(2, 6);
    own.stage(PH_STAGE_BEFORE_RUN);
    for (int i = 0; i < 12; ++i) {
      std::this_thread::sleep_for(each);
      own.train();
    }
    if (into) into->saves = own.saves;
    return hook.save_state();
  };
  HookRun seen({});
  using namespace std::chrono_literals;
  const auto slow = state_of(R"({"interval": 1, "interval_s": 0.05})", 20ms, &seen);
  // About every third iteration, and not right after another one.
  CHECK((seen.saves.size() >= 4 && seen.saves.size() <= 6));
  CHECK(seen.saves.front().file == "timed.safetensors");
  CHECK(seen.saves.front().flags == (PH_SAVE_OPTIMIZER | PH_SAVE_LAST));
  CHECK(seen.saves.front().remove.empty());
  CHECK(seen.saves.back().file == "epoch_2.safetensors");
  // Speed leaves no trace in what is saved.
  CHECK(slow == state_of(R"({"interval": 1, "interval_s": 100})", 0ms));
  CHECK_THAT(test::hook_error([] { LoggedHook("Checkpoint", R"({"interval_s": 0})"); }),
             ContainsSubstring("/interval_s"));
}

TEST_CASE("arguments of checkpoints", "[plugins][hook]") {
  const auto saves = [](const std::string& args) {
    LoggedHook hook("Checkpoint", args);
    HookRun run({&hook});
    run.set_length(4, 2);
    run.train_epochs(4);
    return run.saves;
  };
  CHECK(saves("{}").size() == 1);  // interval -1: only the last one
  CHECK(saves(R"({"save_last": false})").empty());
  CHECK(saves(R"({"interval": 3, "save_last": false})").size() == 1);
  CHECK(saves(R"({"save_optimizer": false})")[0].flags == PH_SAVE_LAST);
  CHECK(saves(R"({"create_symlink": false})")[0].flags == PH_SAVE_OPTIMIZER);
  CHECK(saves(R"({"filename_tmpl": "ep{}.pth"})")[0].file == "ep4.safetensors");
  CHECK(saves(R"({"filename_tmpl": "a.b_{}.safetensors"})")[0].file == "a.b_4.safetensors");
}

TEST_CASE("old checkpoints are removed, in a resumed run too", "[plugins][hook]") {
  const std::string args = R"({"interval": 1, "max_keep_ckpts": 2})";
  LoggedHook hook("Checkpoint", args);
  HookRun run({&hook});
  run.set_length(6, 2);
  run.train_epochs(3);
  CHECK(run.saves[1].remove.empty());
  CHECK(run.saves[2].remove == std::vector<std::string>{"epoch_1.safetensors"});
  // The state that goes into epoch_3 has epoch_3 and no longer epoch_1.
  CHECK_THAT(hook.save_state(),
             ContainsSubstring("epoch_2") && ContainsSubstring("epoch_3") && !ContainsSubstring("epoch_1"));

  LoggedHook again("Checkpoint", args);
  again.load_state(hook.save_state());
  HookRun resumed({&again});
  resumed.set_length(6, 2);
  resumed.resume(3, 6);
  resumed.train_epochs(2);
  CHECK(resumed.saves[0].remove == std::vector<std::string>{"epoch_2.safetensors"});
  CHECK(resumed.saves[1].remove == std::vector<std::string>{"epoch_3.safetensors"});
}

TEST_CASE("a checkpoint that is written again is not removed", "[plugins][hook]") {
  LoggedHook hook("Checkpoint", R"({"interval": 1, "max_keep_ckpts": 1})");
  hook.load_state(R"({"files": ["epoch_1.safetensors", "epoch_2.safetensors"]})");
  HookRun run({&hook});
  run.set_length(6, 2);
  run.train_epochs(1);
  CHECK(run.saves[0].file == "epoch_1.safetensors");
  CHECK(run.saves[0].remove == std::vector<std::string>{"epoch_2.safetensors"});
}

TEST_CASE("a damaged state is refused", "[plugins][hook][error]") {
  LoggedHook hook("Checkpoint", R"({"interval": 1, "max_keep_ckpts": 1})");
  for (const char* bytes : {"", "{", "[1]", R"({"files": 3})", R"({"files": [4]})"})
    CHECK_THROWS(hook.load_state(bytes));
}

TEST_CASE("checkpoints name the argument that is wrong", "[plugins][hook][error]") {
  const auto [args, expected] = GENERATE(table<std::string, std::string>(
      {{R"({"interval": -2})", "/interval"},
       {R"({"out_dir": "elsewhere"})", "/out_dir"},
       {R"({"max_keep_ckpts": 1.5})", "/max_keep_ckpts"},
       {R"({"filename_tmpl": "last.pth"})", "filename_tmpl \"last.pth\"; expected one {}"},
       {R"({"filename_tmpl": "e{}_{}.pth"})", "expected one {}"},
       {R"({"filename_tmpl": "e{:03d}.pth"})", "expected one {}"},
       {R"({"filename_tmpl": "../e{}.pth"})", "expected a plain name"},
       {R"({"filename_tmpl": "e{}.bin"})", "expected a name that ends in .safetensors"},
       {R"({"filename_tmpl": "e{}"})", "expected a name that ends in .safetensors"}}));
  CAPTURE(args);
  REQUIRE_THAT(test::hook_error([&a = args] { LoggedHook("Checkpoint", a); }), ContainsSubstring(expected));
}

TEST_CASE("hooks that count epochs refuse a run without", "[plugins][hook][error]") {
  for (const char* name : {"Checkpoint", "Evaluation"}) {
    LoggedHook hook(name);
    HookRun run({&hook});
    run.set_iterations(10, 3);
    CHECK_THAT(
        test::hook_error([&] { run.stage(PH_STAGE_BEFORE_RUN); }),
        ContainsSubstring("by_epoch is true in a run that counts iterations; expected by_epoch false"));
  }
}
