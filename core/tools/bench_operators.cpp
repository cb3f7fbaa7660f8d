// Where a training iteration goes: time of each operator without those that it calls.
#include <ATen/record_function.h>

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <vector>

#include "tools/bench_parts.hpp"
#include "tools/bench_timing.hpp"

namespace ph {
namespace {

struct Totals {
  std::mutex mutex;
  std::map<std::string, double> ms;  // by operator
};
// Callbacks are plain functions: they find their sums here.
Totals& totals() {
  static Totals all;
  return all;
}

struct Call final : at::ObserverContext {
  Stopwatch watch;
  double within = 0;  // of the operators that this one called
  Call* caller = nullptr;
};
thread_local Call* running = nullptr;

std::unique_ptr<at::ObserverContext> on_begin(const at::RecordFunction&) {
  auto call = std::make_unique<Call>();
  call->caller = std::exchange(running, call.get());
  return call;
}

void on_end(const at::RecordFunction& function, at::ObserverContext* context) {
  auto& call = static_cast<Call&>(*context);
  const double passed = call.watch.lap();
  running = call.caller;
  if (running) running->within += passed;
  const std::lock_guard lock(totals().mutex);
  totals().ms[function.name()] += passed - call.within;
}

}  // namespace

Json bench_operators(RunPlan& plan, int rounds) {
  const auto batch = first_batch(plan);
  plan.model->train();
  const auto iteration = [&] {
    TrainOutput output;
    {
      const AutocastScope autocast(plan.compute);
      output = plan.model->train_step(batch);
    }
    plan.optimizers->zero_grad();
    output.loss.backward();
    RECORD_FUNCTION("optimizer plugin", std::vector<c10::IValue>());
    plan.optimizers->step();
  };
  iteration();
  totals().ms.clear();
  const auto handle = at::addGlobalCallback(at::RecordFunctionCallback(&on_begin, &on_end));
  Stopwatch watch;
  for (int round = 0; round < rounds; ++round) iteration();
  const double all = watch.lap();
  at::removeCallback(handle);

  std::vector<std::pair<double, std::string>> sorted;
  for (const auto& [name, ms] : totals().ms) sorted.emplace_back(ms, name);
  std::sort(sorted.rbegin(), sorted.rend());
  constexpr std::size_t kShown = 15;
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(kShown, sorted.size()); ++i) {
    list.push_back(
        {{"name", sorted[i].second}, {"ms", sorted[i].first / rounds}, {"share", sorted[i].first / all}});
  }
  return {{"iteration_ms", all / rounds}, {"operators", std::move(list)}};
}

}  // namespace ph
