#pragma once
#include <torch/nn/module.h>

#include <string>

namespace ph {

/// A module's class as configs and mmcv call it: "Conv2d" for torch::nn::Conv2dImpl.
[[nodiscard]] std::string class_name(const torch::nn::Module& module);

}  // namespace ph
