#include <ATen/ops/zeros.h>

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "common/export_arguments.hpp"
#include "common/print_model.hpp"
#include "config/run_config.hpp"
#include "model/load_network.hpp"
#include "onnx/write_onnx.hpp"
#include "tools/onnx_export.hpp"
#include "trace/record_operators.hpp"

namespace {

ph::OnnxExport options_of(const ExportArguments& arguments) {
  ph::OnnxExport options;
  options.opset = arguments.opset;
  options.dynamic_batch = arguments.dynamic_batch;
  options.flip_test = arguments.flip_test;
  options.decode = arguments.decode;
  if (arguments.normalize == "float") options.pixels = ph::OnnxPixels::floats;
  if (arguments.normalize == "uint8") options.pixels = ph::OnnxPixels::bytes;
  return options;
}

void set_size(ph::NetworkInput& input, const ExportArguments& arguments) {
  if (!arguments.shape.empty()) {
    input.height = arguments.shape.front();
    input.width = arguments.shape.back();
  }
  if (input.height > 0) return;
  throw ph::Error(
      ph::ErrorKind::usage, arguments.network.config.string() + ": the size of the input is not known",
      "no image_size in data.test, data.val or data.train", "one of them, or --shape", "--shape 256 192");
}

ph::OnnxGraph graph_of(const ExportArguments& arguments) {
  const auto& given = arguments.network;
  const auto config = ph::check_model_config(ph::load_config(given.config, given.overrides));
  ph::OnnxFacts facts;
  facts.name = given.config.stem().string();
  facts.input = ph::network_input(config);
  set_size(facts.input, arguments);
  facts.keypoints = ph::network_keypoints(config, given.config.parent_path(), given.checkpoint);
  // What is tested and decoded is recorded; the flip test is the graph's own.
  const auto network =
      ph::load_network(ph::with_flip_test(config, false), given.checkpoint, ph::Drawn::weights);
  facts.test_cfg = network.model->test_cfg();
  facts.compat = *network.compat;
  // Two samples, so that an operator that mixes them is found out.
  const auto images = at::zeros({2, network.model->in_channels(), facts.input.height, facts.input.width});
  const auto trace = ph::record_operators(
      *network.model, images, [&](const at::Tensor& img) { return network.model->test_output(img, {}); },
      ph::TraceContents::values);
  return ph::make_onnx(trace, facts, options_of(arguments));
}

void say_written(const ExportArguments& arguments, const ph::OnnxGraph& graph) {
  const auto size = std::filesystem::file_size(arguments.out);
  if (arguments.json) {
    ph::Json json{{"file", arguments.out.string()},
                  {"opset", graph.opset},
                  {"bytes", size},
                  {"nodes", graph.nodes.size()},
                  {"outputs", ph::Json::array()}};
    json["input"] = {{"name", graph.inputs.front().name}, {"shape", graph.inputs.front().shape}};
    for (const auto& port : graph.outputs)
      json["outputs"].push_back({{"name", port.name}, {"shape", port.shape}});
    for (const auto& [key, value] : graph.metadata) json["metadata"][key] = value;
    std::cout << json.dump(2) << "\n";
    return;
  }
  std::printf("%s: opset %d, %zu nodes, %.1f MB\n", arguments.out.c_str(), graph.opset, graph.nodes.size(),
              static_cast<double>(size) / 1e6);
  std::printf("input   %s  %s\n", graph.inputs.front().name.c_str(),
              model_shape(graph.inputs.front().shape).c_str());
  for (const auto& port : graph.outputs)
    std::printf("output  %s  %s\n", port.name.c_str(), model_shape(port.shape).c_str());
}

int export_network(const ExportArguments& arguments) {
  const auto graph = graph_of(arguments);
  ph::write_onnx(arguments.out, graph);
  say_written(arguments, graph);
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  static ExportArguments arguments;
  auto* command = app.add_subcommand("export", "Write an ONNX file");
  add_export_arguments(*command, arguments);
  command->callback([&action] { action = [] { return export_network(arguments); }; });
}
