#pragma once
#include <torch/nn/modules/conv.h>

#include <optional>
#include <string>

#include "config/args.hpp"
#include "model/deform_conv_op.hpp"

namespace ph {

/// Config key `dcn` of backbones: mmcv's DCN (version 1) and DCNv2.
struct DcnArgs {
  std::string type = "DCN";  ///< or "DCNv2": with a factor for each tap
  std::int64_t deform_groups = 1;
  bool fallback_on_stride = false;  ///< plain convolutions where the stride is not 1
  static const ArgTable<DcnArgs>& table();
};

/// A 3x3 convolution, without bias, whose taps go where a second convolution on the same input sends them: mmcv's
/// DeformConv2dPack and ModulatedDeformConv2dPack. Parameters `weight`, `conv_offset.weight`, `conv_offset.bias`. The offsets start at 0 (and
/// the factors of version 2 at a half).
class DeformConv final : public torch::nn::Module {
 public:
  DeformConv(const DcnArgs& args, std::int64_t in, std::int64_t out, std::int64_t stride,
             std::int64_t dilation);
  /// N x in x H x W -> N x out x h x w, in float32 whatever autocast would have: offsets need the digits.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x);
  /// Draws the weights as mmcv does, and no offsets.
  void init_weights();

 private:
  bool modulated_;
  DeformSpec spec_;
  at::Tensor weight_;
  torch::nn::Conv2d conv_offset_{nullptr};
};

}  // namespace ph
