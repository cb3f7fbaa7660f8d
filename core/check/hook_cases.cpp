// Hooks: every stage, state that comes back whole, a host that refuses.
#include <posehost/abi.h>

#include <nlohmann/json.hpp>

#include "check/case.hpp"
#include "check/config_samples.hpp"
#include "check/exercise.hpp"
#include "check/fake_host.hpp"
#include "check/fake_run.hpp"
#include "plugin/instance.hpp"
#include "plugin/sink.hpp"

namespace ph {
namespace {

constexpr FakeRun::Length by_epoch{4, 3}, by_iter{0, 10};

std::string saved(CaseRun& run, Trial& trial) {
  const auto& api = trial.api<ph_hook_api>();
  StringSink sink;
  const auto table = sink.table();
  trial.require(run.call("save_state", [&] { return api.save_state(trial.self(), &table); }), "save_state");
  return sink.text;
}

bool load(CaseRun& run, Trial& trial, const std::string& bytes, const std::string& what) {
  const auto& api = trial.api<ph_hook_api>();
  // A copy of exactly this size: reading past its end is seen by a sanitizer, and lands in other memory.
  const std::vector<char> copy(bytes.begin(), bytes.end());
  const ph_str text{copy.data(), static_cast<std::int64_t>(copy.size())};
  return trial.accept(run.call("load_state of " + what, [&] { return api.load_state(trial.self(), text); }),
                      "load_state of " + what);
}

void require_state(CaseRun& run) {
  if (std::get<ph_hook_api>(copy_kind_table(run.component())).save_state == nullptr)
    run.skip("keeps no state");
}

void check_stages(CaseRun& run) {
  for (const auto& args : working_args(run, 6)) {
    for (const auto& length : {by_epoch, by_iter}) {
      Trial trial{run, run.component(), args};
      if (!trial.made()) continue;
      FakeRun fake{run, trial, run.work_dir(), length};
      fake.go();
    }
  }
}

void check_faults(CaseRun& run) {
  RunFaults nothing, refused, nan;
  nothing.nothing_known = true;
  refused.requests_fail = true;
  nan.not_finite = true;
  for (const auto& args : working_args(run, 4)) {
    for (const auto& faults : {nothing, refused, nan}) {
      Trial trial{run, run.component(), args};
      // A failure with a text is a good answer.
      if (trial.made()) FakeRun{run, trial, run.work_dir(), by_epoch, faults}.go();
    }
  }
}

void check_state(CaseRun& run) {
  require_state(run);
  for (const auto& args : working_args(run, 4)) {
    Trial trial{run, run.component(), args};
    if (!trial.made()) continue;
    for (const std::int64_t stop : {0, 1, 3}) {
      FakeRun fake{run, trial, run.work_dir(), by_epoch};
      if (stop > 0 && !fake.go(0, stop)) return;
      const auto state = saved(run, trial);
      if (saved(run, trial) != state) run.fail_and_end("save_state gives other bytes when it is asked again");
      Trial other{run, run.component(), args};
      if (!load(run, other, state, "its own state")) {
        run.fail_and_end("load_state refuses what save_state wrote after " + std::to_string(stop) +
                         " epochs: " + short_text(Json(state)));
      }
      if (saved(run, other) != state) {
        run.fail_and_end("what was loaded and saved again differs, after " + std::to_string(stop) +
                         " epochs: " + short_text(Json(state)) + ", then " +
                         short_text(Json(saved(run, other))));
      }
    }
  }
}

void check_resume(CaseRun& run) {
  for (const auto& args : working_args(run, 4)) {
    Trial whole{run, run.component(), args}, first{run, run.component(), args},
        second{run, run.component(), args};
    const auto dir = run.work_dir();
    FakeRun unbroken{run, whole, dir, by_epoch}, before{run, first, dir, by_epoch},
        after{run, second, dir, by_epoch};
    if (!unbroken.go() || !before.go(0, 2)) continue;
    if (whole.api<ph_hook_api>().save_state != nullptr &&
        !load(run, second, saved(run, first), "its own state"))
      continue;
    after.tensors().load(before.tensors().saved());
    if (!after.go(2)) run.fail_and_end("a run that is resumed fails, one that is not goes through");
    if (unbroken.tensors().saved() != after.tensors().saved()) {
      run.fail_and_end("a resumed run ends with other tensors than an unbroken one; arguments " +
                       short_text(args));
    }
    auto both = before.requests();
    both.insert(both.end(), after.requests().begin(), after.requests().end());
    const auto& expected = unbroken.requests();
    for (std::size_t i = 0; i < std::max(both.size(), expected.size()); ++i) {
      const std::string a = i < expected.size() ? expected[i] : "nothing",
                        b = i < both.size() ? both[i] : "nothing";
      if (a != b) {
        run.fail_and_end("a resumed run asks for \"" + b + "\", an unbroken one for \"" + a +
                         "\"; arguments " + short_text(args));
      }
    }
  }
}

/// States that nobody wrote. Coming back is what counts; the host takes a refusal for an answer.
void check_garbage(CaseRun& run) {
  require_state(run);
  const auto args = working_args(run);
  Trial source{run, run.component(), args};
  FakeRun{run, source, run.work_dir(), by_epoch}.go(0, 2);
  const auto state = saved(run, source);
  Draw draw{run.seed()};
  std::vector<std::pair<std::string, std::string>> all{{"nothing", ""},
                                                       {"a zero", std::string(1, '\0')},
                                                       {"1 KiB of 0xff", std::string(1024, '\xff')},
                                                       {"1 MiB of brackets", std::string(1 << 20, '[')},
                                                       {"{}", "{}"},
                                                       {"[1,2", "[1,2"},
                                                       {"its state and one byte", state + "x"}};
  for (std::size_t n = 0; n < state.size(); n += 1 + state.size() / 16)
    all.emplace_back("a part of its state", state.substr(0, n));
  for (int i = 0; i < 64 && !state.empty(); ++i) {
    auto bent = state;
    bent[draw.below(bent.size())] = static_cast<char>(draw.below(256));
    all.emplace_back("its state with a byte changed", bent);
  }
  bool refused = false;
  for (const auto& [what, bytes] : all) {
    Trial trial{run, run.component(), args};
    const bool taken = load(run, trial, bytes, what);
    refused = refused || !taken;
    // Whatever it took, the run goes on with it.
    if (taken) FakeRun{run, trial, run.work_dir(), by_epoch}.go(2);
  }
  if (!refused && !state.empty()) run.fail("load_state takes anything, 1 KiB of 0xff included");
}

}  // namespace

void add_hook_cases(std::vector<CheckCase>& to) {
  to.push_back({"hook.stages", PH_KIND_HOOK, "every stage of an epoch-based and an iteration-based run",
                check_stages});
  to.push_back({"hook.faults", PH_KIND_HOOK, "nothing known, requests that fail, values that are no numbers",
                check_faults});
  to.push_back({"hook.state", PH_KIND_HOOK, "state saved, loaded and saved again is the same", check_state});
  to.push_back(
      {"hook.resume", PH_KIND_HOOK, "a resumed run asks for what an unbroken one does", check_resume});
  to.push_back({"hook.garbage", PH_KIND_HOOK, "a state that nobody wrote does not crash", check_garbage});
}

}  // namespace ph
