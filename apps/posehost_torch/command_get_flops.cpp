#include <ATen/ops/zeros.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "common/flops_arguments.hpp"
#include "config/run_config.hpp"
#include "model/load_network.hpp"
#include "tools/flops_report.hpp"
#include "tools/network_input.hpp"
#include "trace/record_operators.hpp"

namespace {

// The command line's, else the config's, else mmpose's default.
std::vector<std::int64_t> input_size(const FlopsArguments& arguments, const ph::Node& config) {
  if (!arguments.shape.empty()) return {arguments.shape.front(), arguments.shape.back()};
  const auto input = ph::network_input(config);
  if (input.height > 0) return {input.height, input.width};
  return {256, 192};
}

int get_flops(const FlopsArguments& arguments) {
  const auto config = ph::check_model_config(ph::load_config(arguments.config, arguments.overrides));
  const auto size = input_size(arguments, config);
  const auto network = ph::load_network(config, {}, ph::Drawn::nothing);
  const auto image = at::zeros({1, network.model->in_channels(), size[0], size[1]});
  const auto trace = ph::record_operators(*network.model, image,
                                          [&](const at::Tensor& img) { return network.model->forward(img); });
  const auto convention =
      arguments.convention == "mmcv" ? ph::CountConvention::mmcv : ph::CountConvention::posehost;
  const auto count = ph::count_operators(trace, convention);
  if (arguments.json) {
    std::cout << ph::flops_json(count, convention, arguments.depth).dump(2) << "\n";
  } else {
    std::cout << ph::flops_text(count, convention, arguments.depth);
  }
  return 0;
}

}  // namespace

void add_get_flops(CLI::App& app, Action& action) {
  static FlopsArguments arguments;
  auto* command = app.add_subcommand("get-flops", "Count operations");
  add_flops_arguments(*command, arguments);
  command->callback([&action] { action = [] { return get_flops(arguments); }; });
}
