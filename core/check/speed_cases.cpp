// How fast: figures, no verdict.
#include <posehost/abi.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "check/case.hpp"
#include "check/checked_run.hpp"
#include "check/exercise.hpp"
#include "check/fake_host.hpp"

namespace ph {
namespace {

/// The median time of a round in nanoseconds.
template <class F>
double median_ns(int rounds, F&& round) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    round(i);
    times.push_back(
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count());
  }
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[static_cast<std::size_t>(rounds / 2)];
}

void measure_optimizer(CaseRun& run) {
  const auto args = working_args(run);
  CheckedRun::Setup setup;
  // Rules for whole matrices take time that grows faster than the number of elements, and here without a fast gemm.
  const auto table = std::get<ph_optimizer_api>(copy_kind_table(run.component()));
  const std::int64_t side = (table.capabilities & PH_OPT_MATRIX) != 0 ? 96 : 512;
  setup.shapes = {{side, side}};
  CheckedRun rule{run, args, setup};
  rule.step(0);
  const auto update = median_ns(7, [&](int k) { rule.step_again(k + 1); });
  run.figure("ns_per_element", update / static_cast<double>(rule.elements()));
}

void measure_schedule(CaseRun& run) {
  Trial trial{run, run.component(), working_args(run)};
  const auto& api = trial.api<ph_schedule_api>();
  ph_schedule_point at{};
  at.size = sizeof at;
  at.iters_per_epoch = 100;
  at.max_iters = 100000;
  at.max_epochs = 1000;
  at.by_epoch = 1;
  at.role = PH_ROLE_LR;
  at.base = at.prev = 0.1;
  if (api.check != nullptr && !trial.accept(api.check(trial.self(), &at), "check"))
    run.skip("refuses a run of 1000 epochs");
  constexpr int calls = 1000;
  volatile double sink = 0;
  const auto time = median_ns(21, [&](int round) {
    run.call("value", [&] {
      for (int i = 0; i < calls; ++i) {
        at.iter = at.opt_step = round * calls + i;
        at.epoch = at.iter / at.iters_per_epoch;
        sink = api.value(trial.self(), &at);
      }
      return 0;
    });
  });
  run.figure("ns_per_call", time / calls);
}

}  // namespace

void add_speed_cases(std::vector<CheckCase>& to) {
  to.push_back({"speed.update", PH_KIND_OPTIMIZER, "time of an update on one thread, per element",
                measure_optimizer, true});
  to.push_back({"speed.value", PH_KIND_SCHEDULE, "time of a call of value", measure_schedule, true});
}

}  // namespace ph
