#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "common/export_arguments.hpp"
#include "common/print_model.hpp"
#include "exec_torch.hpp"
#include "onnx/made_up_crops.hpp"
#include "system/limits.hpp"

namespace {

// Without a config: does it run, and how fast?
int run_alone(const CheckModelArguments& arguments) {
  const ph::OnnxSession session(arguments.model, ph::usable_cores());
  const auto crops = ph::made_up_crops(session, 1);
  const auto begin = std::chrono::steady_clock::now();
  const auto results = session.run({crops});
  const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begin;
  if (arguments.json) {
    auto json = ports_json(session);
    json["first_run_ms"] = passed.count();
    std::cout << json.dump(2) << "\n";
    return 0;
  }
  print_ports(session);
  std::printf("runs in ONNX Runtime %s: %zu outputs, %.1f ms the first time, on made-up crops\n",
              session.runtime_version().c_str(), results.size(), passed.count());
  return 0;
}

int check_model(const CheckModelArguments& arguments, const std::vector<std::string>& args) {
  if (arguments.network.config.empty()) return run_alone(arguments);
  require_weights(arguments.network);
  (void)ph::find_onnxruntime();  // said before LibTorch starts
  exec_torch(args);
}

}  // namespace

void add_check_model(CLI::App& app, Action& action, const std::vector<std::string>& args) {
  static CheckModelArguments arguments;
  auto* command =
      app.add_subcommand("check-model", "Run an ONNX file, and compare it with the network it came from");
  add_check_model_arguments(*command, arguments);
  command->callback([&action, &args] { action = [&args] { return check_model(arguments, args); }; });
}
