#include "tools/bench.hpp"

#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "system/limits.hpp"
#include "tools/bench_parts.hpp"

namespace ph {
namespace {

// Peak of the process, in MiB.
double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace

Json run_bench(const BenchOptions& options) {
  auto plan = make_plan(options.run);
  Json result{{"config", options.run.config.string()},
              {"cores", usable_cores()},
              {"threads", plan.compute.threads},
              {"device", plan.compute.device.str()},
              {"precision", name_of_precision(plan.compute.precision)}};
  for (const auto& what : options.what) {
    if (what == "data") result[what] = bench_data(options);
    if (what == "step") result[what] = bench_step(plan, options.rounds);
    if (what == "operators") result[what] = bench_operators(plan, options.rounds);
    if (what == "optimizer") result[what] = bench_optimizer(plan, options);
  }
  result["peak_memory_mib"] = peak_memory_mib();
  return result;
}

}  // namespace ph
