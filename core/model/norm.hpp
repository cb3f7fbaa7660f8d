#pragma once
#include <torch/nn/modules/batchnorm.h>

#include <cstdint>
#include <string>

#include "model/checked_args.hpp"

namespace ph {

/// Config key `norm_cfg` of backbones.
struct NormArgs {
  std::string type = "BN";
  double eps = 1e-5;
  double momentum = 0.1;
  bool requires_grad = true;
  static const CheckedArgs<NormArgs>& table();
};

/// A batch norm over `channels`.
[[nodiscard]] torch::nn::BatchNorm2d make_norm(const NormArgs& args, std::int64_t channels);

}  // namespace ph
