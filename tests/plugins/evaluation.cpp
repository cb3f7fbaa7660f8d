#include <limits>

#include "hook_run.hpp"
#include "support/catch.hpp"

using test::ContainsSubstring;
using test::HookRun;
using test::LoggedHook;
using test::Values;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Epochs after which an Evaluation with `args` evaluates; 0 before training.
std::vector<std::int64_t> epochs_of(const std::string& args, std::int64_t begin = 0) {
  LoggedHook hook("Evaluation", args);
  HookRun run({&hook});
  run.set_length(8, 2);
  run.resume(begin, begin * 2);
  std::vector<std::int64_t> epochs;
  run.on_evaluate = [&] { return epochs.push_back(run.event.iter / 2), Values{{"PCK", 0.5}}; };
  run.stage(PH_STAGE_BEFORE_RUN);
  run.train_epochs(8 - begin);
  return epochs;
}

struct BestRun {
  explicit BestRun(const std::string& args) : hook("Evaluation", args), run({&hook}) {
    run.set_length(100, 3);
    run.on_evaluate = [this] { return next; };
  }
  void epoch(Values metrics) {
    next = std::move(metrics);
    run.train_epochs();
  }
  LoggedHook hook;
  HookRun run;
  Values next;
};

}  // namespace

TEST_CASE("when evaluations are due", "[plugins][hook][evaluation]") {
  using Epochs = std::vector<std::int64_t>;
  CHECK(epochs_of("{}") == Epochs{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(epochs_of(R"({"interval": 3})") == Epochs{3, 6});
  CHECK(epochs_of(R"({"interval": 2, "start": 3})") == Epochs{3, 5, 7});
  CHECK(epochs_of(R"({"interval": 4, "start": 0})") == Epochs{0, 4, 8});  // once before training
  CHECK(epochs_of(R"({"interval": 4, "start": 3})", 5) == Epochs{5, 7});  // likewise: 3 <= 5
  CHECK(epochs_of(R"({"interval": 4, "start": 6})", 5) == Epochs{6});
  CHECK(LoggedHook("Evaluation").info().priority == PH_PRIORITY_NORMAL);
}

TEST_CASE("evaluation by iteration", "[plugins][hook][evaluation]") {
  LoggedHook hook("Evaluation", R"({"interval": 5, "by_epoch": false, "save_best": "PCK"})");
  HookRun run({&hook});
  run.set_iterations(12, 4);
  double pck = 0.1;
  run.on_evaluate = [&] { return Values{{"PCK", pck += 0.1}}; };
  run.stage(PH_STAGE_BEFORE_RUN);
  run.train(12);
  CHECK(run.evaluations == 2);
  REQUIRE(run.saves.size() == 2);
  CHECK(run.saves[1].file == "best_PCK_iter_10.safetensors");
  CHECK(hook.lines.back() == "Best PCK is 0.3000 at 10 iter.");
}

TEST_CASE("the best checkpoint is kept", "[plugins][hook][evaluation]") {
  BestRun best(R"({"save_best": "PCK"})");
  best.epoch({{"AUC", 0.1}, {"PCK", not_a_number}});
  CHECK(best.run.saves.empty());  // no number is no best value
  best.epoch({{"AUC", 0.1}, {"PCK", 0.9}});
  best.epoch({{"AUC", 0.2}, {"PCK", 0.9}});  // equal is not better
  best.epoch({{"AUC", 0.3}, {"PCK", not_a_number}});
  best.epoch({{"AUC", 0.4}, {"PCK", 0.957}});
  REQUIRE(best.run.saves.size() == 2);
  CHECK(best.run.saves[0].file == "best_PCK_epoch_2.safetensors");
  CHECK(best.run.saves[0].remove.empty());
  CHECK(best.run.saves[1].file == "best_PCK_epoch_5.safetensors");
  CHECK(best.run.saves[1].remove == std::vector<std::string>{"best_PCK_epoch_2.safetensors"});
  CHECK(best.run.saves[1].flags == PH_SAVE_OPTIMIZER);  // can be resumed from; does not become the last one
  CHECK(best.hook.lines ==
        std::vector<std::string>{"Best PCK is 0.9000 at 2 epoch.", "Best PCK is 0.9570 at 5 epoch."});
}

TEST_CASE("the evaluation after the run counts", "[plugins][hook][evaluation]") {
  BestRun best(R"({"save_best": "auto", "interval": 50})");
  best.run.set_length(3, 3);
  best.run.train_epochs(3);
  best.run.metrics = {{"PCK", 0.5}};
  best.run.stage(PH_STAGE_AFTER_EVALUATE);  // the host asked for it
  REQUIRE(best.run.saves.size() == 1);
  CHECK(best.run.saves[0].file == "best_PCK_epoch_3.safetensors");
}

TEST_CASE("the best by several metrics", "[plugins][hook][evaluation]") {
  const std::string args = R"({"save_best": ["PCK", "EPE", "PCK"]})";
  BestRun best(args);
  best.epoch({{"PCK", 0.5}, {"EPE", 9.0}});
  best.epoch({{"PCK", 0.6}, {"EPE", 9.5}});
  best.epoch({{"PCK", 0.4}, {"EPE", 8.0}});
  std::vector<std::string> files;
  for (const auto& save : best.run.saves) files.push_back(save.file);
  CHECK(files == std::vector<std::string>{"best_PCK_epoch_1.safetensors", "best_EPE_epoch_1.safetensors",
                                          "best_PCK_epoch_2.safetensors", "best_EPE_epoch_3.safetensors"});
  CHECK(best.run.saves[3].remove == std::vector<std::string>{"best_EPE_epoch_1.safetensors"});
  best.run.stage(PH_STAGE_AFTER_RUN);
  CHECK(best.hook.lines.back() == "best    EPE 8.0000, best_EPE_epoch_3.safetensors");

  BestRun resumed(args);
  resumed.hook.load_state(best.hook.save_state());
  resumed.run.resume(3, 9);
  resumed.epoch({{"PCK", 0.55}, {"EPE", 7.0}});
  REQUIRE(resumed.run.saves.size() == 1);
  CHECK(resumed.run.saves[0].remove == std::vector<std::string>{"best_EPE_epoch_3.safetensors"});
  // Of one metric alone, as a checkpoint from before has it.
  BestRun older(args);
  older.hook.load_state(
      R"({"evaluated_at": 3, "best": {"value": 0.9, "key": "PCK", "file": "b.safetensors"}})");
  older.run.resume(1, 3);
  older.epoch({{"PCK", 0.8}, {"EPE", 7.0}});
  REQUIRE(older.run.saves.size() == 1);
  CHECK(older.run.saves[0].file == "best_EPE_epoch_2.safetensors");
}

TEST_CASE("auto takes the first metric", "[plugins][hook][evaluation]") {
  BestRun best(R"({"save_best": "auto"})");
  best.epoch({{"EPE", 9.0}, {"PCK", 0.1}});
  best.epoch({{"EPE", 10.0}, {"PCK", 0.9}});
  best.epoch({{"EPE", 8.5}, {"PCK", 0.0}});
  REQUIRE(best.run.saves.size() == 2);
  CHECK(best.run.saves[1].file == "best_EPE_epoch_3.safetensors");
}

TEST_CASE("which value is better is read off the metric's name", "[plugins][hook][evaluation]") {
  const auto [key, extra, up_is_better] = GENERATE(table<std::string, std::string, bool>(
      {{"acc_pose", "", true},
       {"mAP", "", true},
       {"AR .5", "", true},
       {"PCK", "", true},
       {"AUC", "", true},
       {"val_loss", "", false},
       {"EPE", "", false},
       {"NME", "", false},
       {"MPJPE", "", false},
       {"keypoint_loss", "", false},
       {"ap_loss", "", false},  // both ap and loss: the longer counts
       {"PCK", R"(, "rule": "less")", false},
       {"score", R"(, "rule": "greater")", true},
       {"score", R"(, "greater_keys": ["sco"])", true},
       {"PCK", R"(, "greater_keys": [], "less_keys": ["pc"])", false}}));
  CAPTURE(key, extra);
  BestRun best(R"({"save_best": ")" + key + "\"" + extra + "}");
  best.epoch({{key, 0.5}});
  best.epoch({{key, 0.6}});
  CHECK(best.run.saves.size() == (up_is_better ? 2u : 1u));
  best.epoch({{key, 0.4}});
  CHECK(best.run.saves.size() == 2);
}

TEST_CASE("names of metrics become names of files", "[plugins][hook][evaluation]") {
  BestRun best(R"({"save_best": "AP (M)/all"})");
  best.epoch({{"AP (M)/all", 0.5}});
  CHECK(best.run.saves.at(0).file == "best_AP_(M)_all_epoch_1.safetensors");
}

TEST_CASE("nothing is kept unless asked for", "[plugins][hook][evaluation]") {
  const std::string args = GENERATE("{}", R"({"save_best": null})", R"({"save_best": false})");
  BestRun best(args);
  best.epoch({{"PCK", 0.5}});
  CHECK(best.run.evaluations == 1);
  CHECK(best.run.saves.empty());
}

TEST_CASE("a resumed run knows the best so far", "[plugins][hook][evaluation]") {
  const std::string args = R"({"save_best": "PCK", "interval": 2})";
  BestRun first(args);
  first.run.train_epochs(1);
  first.epoch({{"PCK", 0.8}});
  const auto state = first.hook.save_state();
  CHECK_THAT(state, ContainsSubstring("0.8") && ContainsSubstring("best_PCK_epoch_2.safetensors"));

  BestRun second(args);
  second.hook.load_state(state);
  second.run.resume(2, 6);
  second.run.train_epochs(1);
  CHECK(second.run.evaluations == 0);  // epoch 2 was evaluated
  second.epoch({{"PCK", 0.7}});
  CHECK(second.run.saves.empty());
  second.run.train_epochs(1);
  second.epoch({{"PCK", 0.9}});
  REQUIRE(second.run.saves.size() == 1);
  CHECK(second.run.saves[0].remove == std::vector<std::string>{"best_PCK_epoch_2.safetensors"});

  // Another metric: its values cannot be compared.
  LoggedHook other("Evaluation", R"({"save_best": "AUC"})");
  other.load_state(state);
  CHECK_THAT(other.save_state(), !ContainsSubstring("0.8"));
}

TEST_CASE("a run resumed from before an evaluation makes up for it", "[plugins][hook][evaluation]") {
  // At the end of an epoch the checkpoint is written first: its state has no evaluation of that epoch.
  const std::string args = R"({"save_best": "PCK"})";
  BestRun first(args);
  first.epoch({{"PCK", 0.5}});
  const auto state = first.hook.save_state();

  BestRun second(args);
  second.hook.load_state(state);
  second.run.resume(2, 6);
  second.next = {{"PCK", 0.6}};
  second.run.train(1);
  REQUIRE(second.run.saves.size() == 1);
  CHECK(second.run.saves[0].file == "best_PCK_epoch_2.safetensors");
  CHECK(second.run.saves[0].remove == std::vector<std::string>{"best_PCK_epoch_1.safetensors"});

  BestRun midway(args);  // saved within epoch 2: nothing is missing
  midway.hook.load_state(state);
  midway.run.resume(1, 4);
  midway.run.event.inner_iter = 1;
  midway.run.train(1);
  CHECK(midway.run.evaluations == 0);
}

TEST_CASE("evaluation names what is wrong", "[plugins][hook][evaluation][error]") {
  const auto [args, expected] = GENERATE(table<std::string, std::string>(
      {{R"({"interval": 0})", "/interval"},
       {R"({"start": -1})", "/start"},
       {R"({"rule": "more"})", "/rule"},
       {R"({"save_best": 1})", "/save_best"},
       {R"({"save_best": ["PCK", 1]})", "/save_best"},
       {R"({"save_best": ["PCK", "score"]})", "save_best \"score\": the name does not tell"},
       {R"({"out_dir": "x"})", "/out_dir"},
       {R"({"save_best": "score"})",
        "save_best \"score\": the name does not tell what is better; expected rule"}}));
  CAPTURE(args);
  REQUIRE_THAT(test::hook_error([&a = args] { LoggedHook("Evaluation", a); }), ContainsSubstring(expected));
}

TEST_CASE("a metric that is not there is named, with those that are", "[plugins][hook][evaluation][error]") {
  BestRun best(R"({"save_best": "AP"})");
  CHECK_THAT(test::hook_error([&] {
               best.epoch({{"PCK", 0.5}, {"AUC", 0.5}});
             }),
             ContainsSubstring("save_best \"AP\": no such metric; expected \"auto\" or one of PCK, AUC"));
  BestRun unclear(R"({"save_best": "auto"})");
  CHECK_THAT(test::hook_error([&] { unclear.epoch({{"score", 0.5}}); }), ContainsSubstring("expected rule"));
}
