#pragma once
#include "model/load_weights.hpp"

namespace ph {

/// Loads a file for use, not as something to start from: every parameter and buffer of `network` has to come out of it,
/// or it would compute with random numbers. Weights that were written with their norms fused (`posehost convert
/// --fuse-conv-bn`) fit too: the norms then add the convolutions' bias and change nothing else. Throws Error(data) naming what is missing or has another shape.
WeightsReport load_whole_network(torch::nn::Module& network, const std::filesystem::path& file);

}  // namespace ph
