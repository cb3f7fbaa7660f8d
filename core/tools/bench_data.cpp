// How fast the training pipeline makes samples when nothing else runs.
#include <nlohmann/json.hpp>

#include "system/limits.hpp"
#include "tools/bench_parts.hpp"
#include "tools/bench_timing.hpp"

namespace ph {
namespace {

// Samples a second over at least `seconds` of whole epochs, after one epoch that fills caches.
double samples_per_second(Loader& loader, double seconds) {
  std::int64_t epoch = 0, samples = 0;
  const auto pass = [&] {
    loader.start(epoch++, 0, true);  // as in a run
    while (const auto batch = loader.next()) samples += batch->samples();
  };
  pass();
  samples = 0;
  Stopwatch watch;
  double spent = 0;
  while (spent < seconds * 1000) {
    pass();
    spent += watch.lap();
  }
  return 1000.0 * static_cast<double>(samples) / spent;
}

}  // namespace

Json bench_data(const BenchOptions& options) {
  constexpr double kSeconds = 2;
  constexpr int kCacheMb = 4096;
  Json rates = Json::array();
  for (const int cache : {0, kCacheMb}) {
    for (int threads = 1; threads <= usable_cores(); threads *= 2) {
      auto run = options.run;
      run.overrides.set.push_back("data.workers_per_gpu=" + std::to_string(threads));
      run.overrides.set.push_back("runtime.image_cache_mb=" + std::to_string(cache));
      const auto plan = make_plan(run);
      rates.push_back({{"source", cache > 0 ? "cache" : "files"},
                       {"threads", threads},
                       {"samples_per_s", samples_per_second(*plan.train, kSeconds)}});
    }
  }
  return rates;
}

}  // namespace ph
