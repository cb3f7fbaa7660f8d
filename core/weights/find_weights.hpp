#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "config/node.hpp"

namespace ph {

/// A place of a config that names weights to start from.
struct WeightsRequest {
  Node source;         ///< the text: a path, a URL, a name such as "torchvision://resnet50"
  std::string key;     ///< "model.pretrained", "model.backbone.init_cfg.checkpoint", "load_from"
  std::string part;    ///< part of the network that they are for: "backbone"; "" for all of it
  std::string prefix;  ///< of the names in the file, where the config says one: "backbone."
};

/// All of a config, in the order in which they are loaded: the later goes over the earlier. Throws
/// Error(config) when one is no text or two name weights for the same part.
[[nodiscard]] std::vector<WeightsRequest> weights_requests(const Node& config);

/// Where a request's file is or ought to be.
struct WeightsPlace {
  std::string url;  ///< where one could get it (what was found, else the first); "" for a path
  std::vector<std::string> file_names;         ///< any of them will do; converted ones last
  std::vector<std::filesystem::path> folders;  ///< that were looked in
  std::filesystem::path file;                  ///< "" when it is not there
  std::filesystem::path put;                   ///< where to put it
  /// Hexadecimal digits that the name says its SHA-256 begins with ("resnet50-19c8e357.pth"); "" for a
  /// path, for names without and for a converted .safetensors.
  std::string hash;
};

/// Looks for it. A path counts from the current folder. Else the file's name is what is looked for, as it
/// is and ending in .safetensors, in the folders of $POSEHOST_WEIGHTS (":" between them), then in torch's
/// cache: $TORCH_HOME/hub/checkpoints, $XDG_CACHE_HOME/torch/hub/checkpoints or
/// ~/.cache/torch/hub/checkpoints. Nothing is downloaded. Throws Error(config) for a name
/// that weight_sources.json does not have.
[[nodiscard]] WeightsPlace locate_weights(const Node& source);

/// The file of locate_weights(), its hash checked. Throws Error(config) saying what is missing, where one
/// could get it and where to put it; Error(data) when the hash is another.
[[nodiscard]] std::filesystem::path find_weights(const Node& source);

/// The digits in "name-19c8e357.pth" and mmpose's "name-c78dce93_20200708.pth"; "" without any.
[[nodiscard]] std::string hash_in_name(const std::string& file_name);

}  // namespace ph
