#pragma once
#include <torch/nn/module.h>

#include <filesystem>
#include <string>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// What a weights file and a network had in common.
struct WeightsReport {
  std::int64_t loaded = 0, wanted = 0;  ///< tensors
  std::vector<std::string> missing;     ///< in the network, not in the file (counters of batches aside)
  std::vector<std::string> unexpected;  ///< in the file, not in the network
  std::vector<std::string> mismatched;  ///< "name (file 14 x 256 x 1 x 1, network 17 x 256 x 1 x 1)"
  /// A line for each, long lists cut.
  [[nodiscard]] std::vector<std::string> lines(const std::string& file) const;
};

/// Copies tensors of a safetensors file into the parameters and buffers of `module` with the same name
/// and shape; others stay as they are. When names in the file begin with `prefix` ("backbone."), those
/// are taken, without it. Names that begin with "@" (optimizer state) are passed over.
/// Throws Error(data) when the file cannot be read or nothing in it fits.
[[nodiscard]] WeightsReport load_weights_file(torch::nn::Module& module, const std::filesystem::path& file,
                                              const std::string& prefix = {});

/// The file that a config's `pretrained` or `load_from` means: a path, or for a URL or a
/// "torchvision://" name the file of that name, ending in .safetensors, in $POSEHOST_WEIGHTS. Throws
/// Error(config) saying what is missing and where it is expected: there is no download.
[[nodiscard]] std::filesystem::path find_weights(const Node& source);

/// find_weights(), load_weights_file() and the report's lines.
std::vector<std::string> load_weights(torch::nn::Module& module, const Node& source,
                                      const std::string& prefix = {});

}  // namespace ph
