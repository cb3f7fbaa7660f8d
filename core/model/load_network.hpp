#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/compat.hpp"
#include "model/pose_model.hpp"

namespace ph {

/// A config's network on the CPU, in evaluation mode, without a data set: for tools.
struct LoadedNetwork {
  std::shared_ptr<PoseModel> model;
  const Compat* compat = nullptr;
  std::vector<std::string> weights_report;  ///< what the file and the network had in common
};

enum class Drawn { weights, nothing };  ///< what stands in weights that no file gives

/// `config` as check_model_config() returns it; `checkpoint` is any file of weights, or "" for none. Applies the config's
/// thread count. Throws Error(config) or Error(data): where weights are missing in the file, too.
[[nodiscard]] LoadedNetwork load_network(const Node& config, const std::filesystem::path& checkpoint,
                                         Drawn drawn);

}  // namespace ph
