#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "common/export_arguments.hpp"
#include "common/print_model.hpp"
#include "config/run_config.hpp"
#include "system/limits.hpp"
#include "tools/compare_onnx.hpp"

namespace {

std::vector<ph::OnnxDifference> compared(const CheckModelArguments& arguments,
                                         const ph::OnnxSession& session) {
  const auto& given = arguments.network;
  const auto config =
      ph::with_flip_test(ph::check_model_config(ph::load_config(given.config, given.overrides)),
                         session.metadata("posehost.flip_test") == "true");
  const auto network = ph::load_network(config, given.checkpoint, ph::Drawn::weights);
  return ph::compare_onnx(session, network, ph::network_input(config),
                          ph::network_keypoints(config, given.config.parent_path(), given.checkpoint));
}

int check_model(const CheckModelArguments& arguments) {
  const ph::OnnxSession session(arguments.model, ph::usable_cores());
  const auto all = compared(arguments, session);
  bool fine = true;
  auto json = ports_json(session);
  json["compared"] = ph::Json::array();
  for (const auto& each : all) {
    fine = fine && each.difference <= arguments.tolerance;
    json["compared"].push_back({{"output", each.output},
                                {"difference", each.difference},
                                {"largest", each.largest},
                                {"unsteady", each.unsteady}});
  }
  json["equal"] = fine;
  if (arguments.json) {
    std::cout << json.dump(2) << "\n";
    return fine ? 0 : 1;
  }
  print_ports(session);
  for (const auto& each : all) {
    std::printf("%s: posehost and ONNX Runtime %s differ by %.3g at most, of numbers up to %.3g\n",
                each.output.c_str(), session.runtime_version().c_str(), each.difference, each.largest);
    if (each.unsteady > 0)
      std::printf(
          "  but for %lld numbers that rounding alone moves: heatmaps of made-up crops are flat there\n",
          static_cast<long long>(each.unsteady));
  }
  std::printf("%s (tolerance %g)\n", fine ? "equal" : "NOT equal", arguments.tolerance);
  return fine ? 0 : 1;
}

}  // namespace

void add_check_model(CLI::App& app, Action& action) {
  static CheckModelArguments arguments;
  auto* command = app.add_subcommand("check-model", "Compare an ONNX file");
  add_check_model_arguments(*command, arguments);
  command->callback([&action] { action = [] { return check_model(arguments); }; });
}
