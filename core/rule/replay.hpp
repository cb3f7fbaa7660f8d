#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/node.hpp"
#include "plugin/catalog.hpp"

namespace ph {

/// What `posehost plugin replay` was asked.
struct ReplayOptions {
  std::string type;                 ///< an optimizer: "Adam", "org.x.y/Adam"
  Node args;                        ///< its arguments
  std::filesystem::path in, out;    ///< safetensors
  std::vector<std::int64_t> steps;  ///< after which to write the parameters; empty: the last
  std::int64_t piece = 1 << 16;     ///< elements that one call gets, at most
};

struct ReplayResult {
  std::string rule;  ///< "org.posehost.optimizers/Adam"
  std::int64_t steps = 0;
  std::size_t params = 0, state = 0;
};

/// Runs an optimizer over recorded gradients, to compare it with any other implementation. Reads
/// `param.<name>` (F32 or F64, all alike), `grad.<k>.<name>` (step k from 1; a step without one leaves the
/// parameter alone), and from the metadata `set.<k>` (JSON object: hyper-parameters from step k on, for all
/// groups) and `groups` (JSON list of {"names": [...], "overrides": {...}}; names in none form a group of
/// their own). Writes `step<k>.<name>` and the state after the last step, `<slot>.<name>`. Throws Error.
[[nodiscard]] ReplayResult replay(const PluginCatalog& catalog, const ReplayOptions& options);

}  // namespace ph
