#pragma once
#include <string>
#include <vector>

#include "model/load_network.hpp"
#include "onnx/onnx_session.hpp"
#include "tools/network_input.hpp"

namespace ph {

/// How far an output of an ONNX file is from posehost's own.
struct OnnxDifference {
  std::string output;
  std::vector<std::int64_t> shape;
  double largest = 0;     ///< of posehost's numbers, absolute
  double difference = 0;  ///< the largest one
  std::int64_t unsteady =
      0;  ///< numbers left out of it: a keypoint of a flat heatmap moves far by rounding alone
};

/// Gives both the same made-up crops (the same in every call) and compares what comes out: heatmaps or coordinates, or
/// keypoints and scores. Throws Error(data) when the file is not one of `posehost export`, or of another network.
[[nodiscard]] std::vector<OnnxDifference> compare_onnx(const OnnxSession& session,
                                                       const LoadedNetwork& network,
                                                       const NetworkInput& input,
                                                       const NetworkKeypoints& keypoints);

}  // namespace ph
