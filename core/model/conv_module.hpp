#pragma once
#include "model/conv.hpp"
#include "model/norm.hpp"
#include "model/norm_act.hpp"

namespace ph {

struct ConvSpec {
  std::int64_t in = 0, out = 0, kernel = 1, stride = 1, groups = 1;
  Activation activation = Activation::relu;
};

/// Convolution without bias (same padding), batch norm and activation, under mmcv's names "conv" and "bn".
class ConvModule final : public torch::nn::Module {
 public:
  ConvModule(const ConvSpec& spec, const NormArgs& norm);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x);

 private:
  Conv2d conv_;
  torch::nn::BatchNorm2d bn_;
  Activation activation_;
};

}  // namespace ph
