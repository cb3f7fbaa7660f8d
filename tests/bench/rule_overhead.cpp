// What a step costs beside the arithmetic: SGD over parameters of one number each, all groups equal or
// each with values of its own. Run it: bench_rule_overhead [parameters]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "plugins/bundled.hpp"
#include "rule/rule_run.hpp"

namespace {

double median_us(std::size_t n, std::size_t groups, bool equal) {
  const auto rule = test::make(PH_KIND_OPTIMIZER, "SGD", R"({"lr": 0.1, "momentum": 0.9})");
  std::vector<ph::RunParam> params;
  for (std::size_t i = 0; i < n; ++i)
    params.push_back({"p" + std::to_string(i), {1}, std::vector<std::byte>(4), i % groups});
  ph::RuleRun run(*rule, 32, std::move(params));
  ph::RuleDriver::Hypers hypers(groups);
  for (std::size_t g = 0; g < groups; ++g) {
    for (const auto& hyper : ph::hypers_of(*rule)) hypers[g].push_back(hyper.initial);
    if (!equal) hypers[g][0] += static_cast<double>(g) * 1e-3;
  }
  const float grad = 1;
  for (std::size_t i = 0; i < n; ++i) run.set_grad(i, &grad);
  std::vector<double> times;
  for (int round = 0; round < 2000; ++round) {
    const auto start = std::chrono::steady_clock::now();
    run.driver().update(hypers);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    times.push_back(took.count());
  }
  std::nth_element(times.begin(), times.begin() + 1000, times.end());
  return times[1000];
}

}  // namespace

int main(int argc, char** argv) {
  const auto n = static_cast<std::size_t>(argc > 1 ? std::atol(argv[1]) : 200);
  std::printf("%zu parameters, 1 group:              %6.1f us a step\n", n, median_us(n, 1, true));
  std::printf("%zu parameters, %zu equal groups:     %6.1f us a step\n", n, n, median_us(n, n, true));
  std::printf("%zu parameters, %zu different groups: %6.1f us a step\n", n, n, median_us(n, n, false));
}
