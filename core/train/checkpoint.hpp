#pragma once
#include <ATen/core/Tensor.h>

#include <torch/nn/module.h>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// Where a saved run stood.
struct RunPosition {
  std::int64_t epoch = 0;       ///< training epochs completed
  std::int64_t iter = 0;        ///< training iterations completed
  std::int64_t inner_iter = 0;  ///< batches done of the epoch that was going on
  std::int64_t opt_step = 0;    ///< optimizer updates
  std::int64_t flow = 0;        ///< index of the workflow entry that was going on
  std::int64_t iters_per_epoch = 0;
  std::int64_t seed = 0;
};

/// What a checkpoint file holds, or is to hold.
struct Checkpoint {
  std::map<std::string, at::Tensor> tensors;      ///< weights by name, "@opt/…"
  std::map<std::string, std::string> hook_state;  ///< "@hook/…/state", "@schedule/…/state"
  std::string log;                                ///< values logged in the epoch so far; may be empty
  RunPosition position;
  std::string config;   ///< resolved config as JSON text, without paths of this run
  std::string steered;  ///< hyper-parameters set while it ran, as JSON text; may be empty
  std::string dataset;  ///< names of keypoints, flip pairs: what inference needs, as JSON text
};

/// Version of the layout of checkpoint files. Readers accept all up to their own.
inline constexpr int kCheckpointFormat = 1;

/// Writes one safetensors file atomically; equal checkpoints give equal bytes. What differs from run
/// to run (time, host, program) goes to "<file>.info.json" beside it. Throws Error(environment) and
/// leaves what was there when the disk is full.
void save_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

/// Reads a file written by save_checkpoint, or any safetensors file (then without position and
/// state). Throws Error(data).
[[nodiscard]] Checkpoint load_checkpoint(const std::filesystem::path& file);

/// Parameters and buffers of `model` under their names.
[[nodiscard]] std::map<std::string, at::Tensor> model_state(const torch::nn::Module& model);
/// Copies saved weights into `model`: every name must be there with its shape. Throws Error(data).
void load_model_state(torch::nn::Module& model, const std::map<std::string, at::Tensor>& saved,
                      const std::string& file);
/// Names of those that hold inf or NaN.
[[nodiscard]] std::vector<std::string> not_finite(const std::map<std::string, at::Tensor>& tensors);

/// Makes `link` (in the same folder) stand for `target`, atomically.
void point_to(const std::filesystem::path& link, const std::filesystem::path& target);

}  // namespace ph
