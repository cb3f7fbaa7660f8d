#include "common/export_arguments.hpp"

#include "common/config_overrides.hpp"
#include "config/error.hpp"
#include "onnx/onnx_graph.hpp"

namespace {

void add_weights(CLI::App& app, WeightedConfig& network) {
  app.add_option("checkpoint", network.checkpoint, "Weights: .safetensors or .pth")->type_name("CKPT");
  app.add_flag("--untrained", network.untrained,
               "Drawn weights in place of a checkpoint, to try a network out");
  add_overrides(app, network.overrides);
}

}  // namespace

void add_export_arguments(CLI::App& app, ExportArguments& arguments) {
  app.add_option("config", arguments.network.config, "JSON config")->required()->type_name("CFG");
  add_weights(app, arguments.network);
  app.add_option("--out", arguments.out, "The file to write")->required()->type_name("FILE.onnx");
  app.add_option("--opset", arguments.opset,
                 "Version of ONNX's operators (default 17); deformable convolution needs 19")
      ->check(CLI::Range(ph::min_onnx_opset, ph::max_onnx_opset))
      ->type_name("N");
  app.add_option("--shape", arguments.shape,
                 "Height and width of the input (default: the config's image_size)")
      ->expected(1, 2)
      ->check(CLI::Range(1, 16384))
      ->type_name("H W");
  app.add_flag("--dynamic-batch", arguments.dynamic_batch,
               "Batches of any size instead of one crop at a time");
  app.add_option(
         "--normalize", arguments.normalize,
         "Pixels from 0 to 255 come in, as float or uint8; the graph normalises them as the config says")
      ->check(CLI::IsMember({"float", "uint8"}));
  app.add_flag("--flip-test", arguments.flip_test, "Average with the mirrored crop, inside the graph");
  app.add_flag("--decode", arguments.decode,
               "Keypoints in pixels of the crop and scores come out, not heatmaps");
  app.add_flag("--json", arguments.json, "Answer as JSON");
  app.footer(
      "Examples:\n"
      "  posehost export cfg.json best_AP.safetensors --out pose.onnx --dynamic-batch\n"
      "  posehost export cfg.json best_AP.safetensors --out pose.onnx --normalize uint8 --flip-test "
      "--decode\n"
      "  posehost check-model pose.onnx cfg.json best_AP.safetensors");
}

void add_check_model_arguments(CLI::App& app, CheckModelArguments& arguments) {
  app.add_option("model", arguments.model, "ONNX file")->required()->type_name("FILE.onnx");
  app.add_option("config", arguments.network.config, "Compare with this config's network")->type_name("CFG");
  add_weights(app, arguments.network);
  app.add_option("--tolerance", arguments.tolerance, "Largest difference that is fine (default 1e-4)")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--json", arguments.json, "Answer as JSON");
  app.footer(
      "The file runs in ONNX Runtime, if there is one: POSEHOST_ONNXRUNTIME names its library, "
      "POSEHOST_ONNX_PYTHON a\n"
      "Python whose package onnxruntime is used; else the dynamic loader is asked.\n"
      "Exit codes: 1 the numbers differ, 4 it does not run, 6 there is no ONNX Runtime.\n"
      "Examples:\n"
      "  posehost check-model pose.onnx\n"
      "  POSEHOST_ONNX_PYTHON=venv/bin/python posehost check-model pose.onnx cfg.json best_AP.safetensors");
}

void require_weights(const WeightedConfig& network) {
  if (network.checkpoint.empty() == network.untrained) return;
  throw ph::Error(ph::ErrorKind::usage, "command line: which weights?",
                  network.untrained ? "a checkpoint and --untrained" : "no checkpoint",
                  "a checkpoint, or --untrained", network.config.string() + " best_AP.safetensors");
}
