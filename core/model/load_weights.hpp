#pragma once
#include <torch/nn/module.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "weights/find_weights.hpp"

namespace ph {

/// What a weights file and a network had in common.
struct WeightsReport {
  std::string format;                   ///< of the file
  std::int64_t loaded = 0, wanted = 0;  ///< tensors
  std::vector<std::string> missing;     ///< in the network, not in the file (counters of batches aside)
  std::vector<std::string> unexpected;  ///< in the file, not in the network
  std::vector<std::string> mismatched;  ///< "name (file 14 x 256 x 1 x 1, network 17 x 256 x 1 x 1)"
  std::map<std::string, int> not_used;  ///< tensors known for what they are: "a classifier" -> 2
  std::int64_t file_points = 0, network_points = 0;  ///< keypoints, where the last layers differ in them
  std::vector<std::string> notes;                    ///< about the file
  /// A line for each, long lists cut.
  [[nodiscard]] std::vector<std::string> lines(const std::string& file) const;
};

/// Copies tensors of a file that open_weights() reads into the parameters and buffers of `module` with
/// the same name (see match_names()) and shape; others stay as they are. `part` ("backbone.") says which
/// part of a network `module` is, `prefix` what the file has in its place.
/// Throws Error(data) when the file cannot be read or nothing in it fits.
[[nodiscard]] WeightsReport load_weights_file(torch::nn::Module& module, const std::filesystem::path& file,
                                              const std::string& part = {}, const std::string& prefix = {});

/// Finds the file of a config's request, loads it into that part of `network`; the report's lines.
/// Throws Error when it is not there or cannot be used.
std::vector<std::string> load_weights(torch::nn::Module& network, const WeightsRequest& request);

}  // namespace ph
