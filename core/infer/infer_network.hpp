#pragma once
#include <memory>
#include <string>
#include <vector>

#include "infer/infer_config.hpp"
#include "model/pose_model.hpp"
#include "train/compute.hpp"

namespace ph {

/// A network with its weights, where it computes.
struct InferNetwork {
  Compute compute;
  std::shared_ptr<PoseModel> model;
  std::vector<std::string> report;  ///< lines about device and weights
};

/// Makes config.model, loads all its weights from `options.checkpoint`, fuses norms into convolutions unless that is
/// not wanted or not possible. Throws Error.
[[nodiscard]] InferNetwork make_infer_network(const InferOptions& options, const InferConfig& config);

}  // namespace ph
