#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "config/load.hpp"

/// A config with the weights of its network: CFG CKPT, or CFG --untrained.
struct WeightedConfig {
  std::filesystem::path config, checkpoint;
  ph::ConfigOverrides overrides;
  bool untrained = false;
};

/// What `posehost export` was asked for.
struct ExportArguments {
  WeightedConfig network;
  std::filesystem::path out;
  std::vector<std::int64_t> shape;  ///< height, width; empty: the config's
  int opset = 17;
  std::string normalize;  ///< "", "float", "uint8"
  bool dynamic_batch = false, flip_test = false, decode = false, json = false;
};
void add_export_arguments(CLI::App& app, ExportArguments& arguments);

/// What `posehost check-model` was asked for.
struct CheckModelArguments {
  std::filesystem::path model;
  WeightedConfig network;  ///< without a config: the file is run, and compared with nothing
  double tolerance = 1e-4;
  bool json = false;
};
void add_check_model_arguments(CLI::App& app, CheckModelArguments& arguments);

/// Throws Error(usage) unless there is either a checkpoint or --untrained.
void require_weights(const WeightedConfig& network);
