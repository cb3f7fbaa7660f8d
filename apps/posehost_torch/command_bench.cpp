#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "common/run_arguments.hpp"
#include "tools/bench.hpp"

namespace {

void print_data(const ph::Json& rates) {
  std::printf("data: samples a second, loading alone\n");
  for (const auto& rate : rates) {
    std::printf("  %-6s %d threads  %8.0f\n", rate["source"].get<std::string>().c_str(),
                rate["threads"].get<int>(), rate["samples_per_s"].get<double>());
  }
}

void print_step(const ph::Json& step) {
  std::printf("step: %d images of %dx%d, median of %d\n", step["batch"].get<int>(),
              step["image_size"][0].get<int>(), step["image_size"][1].get<int>(), step["rounds"].get<int>());
  for (const char* part : {"forward_ms", "backward_ms", "optimizer_ms", "step_ms", "images_per_s"})
    std::printf("  %-14s %10.2f\n", part, step[part].get<double>());
}

void print_operators(const ph::Json& found) {
  std::printf("operators: %.1f ms an iteration\n", found["iteration_ms"].get<double>());
  for (const auto& one : found["operators"]) {
    std::printf("  %-44s %9.2f ms  %5.1f %%\n", one["name"].get<std::string>().c_str(),
                one["ms"].get<double>(), 100 * one["share"].get<double>());
  }
}

void print_optimizer(const ph::Json& optimizer) {
  std::printf("optimizer: %s, %d tensors, %lld numbers, median of %d\n",
              optimizer["optimizer"].get<std::string>().c_str(), optimizer["tensors"].get<int>(),
              optimizer["numbers"].get<long long>(), optimizer["rounds"].get<int>());
  std::printf("  %-14s %10.3f\n", "plugin_ms", optimizer["plugin_ms"].get<double>());
  if (!optimizer.contains("fused_ms")) return;
  std::printf("  %-14s %10.3f   (LibTorch's fused kernel)\n  %-14s %10.3f\n", "fused_ms",
              optimizer["fused_ms"].get<double>(), "ratio", optimizer["ratio"].get<double>());
}

int print_bench(const BenchArguments& arguments) {
  const auto result = ph::run_bench({arguments.run, arguments.what, arguments.rounds, arguments.shapes});
  if (arguments.json) {
    std::cout << result.dump(2) << "\n";
    return 0;
  }
  std::printf("%s, %s, %d threads on %d cores, precision %s, peak memory %.0f MiB\n",
              result["config"].get<std::string>().c_str(), result["device"].get<std::string>().c_str(),
              result["threads"].get<int>(), result["cores"].get<int>(),
              result["precision"].get<std::string>().c_str(), result["peak_memory_mib"].get<double>());
  if (result.contains("data")) print_data(result["data"]);
  if (result.contains("step")) print_step(result["step"]);
  if (result.contains("operators")) print_operators(result["operators"]);
  if (result.contains("optimizer")) print_optimizer(result["optimizer"]);
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  static BenchArguments arguments;
  auto* command = app.add_subcommand("bench", "Measure");
  add_bench_arguments(*command, arguments);
  command->callback([&action] { action = [] { return print_bench(arguments); }; });
}
