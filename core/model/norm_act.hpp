#pragma once
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/any.h>

#include <vector>

namespace ph {

enum class Activation { none, relu, relu6 };

/// activation(norm(x) [+ addend]). In training on the CPU one operator of our own (operators/norm_act_op.hpp), which reads and writes
/// memory half as often; otherwise LibTorch's, one after the other. The two differ by rounding.
[[nodiscard]] at::Tensor norm_act(torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x,
                                  Activation activation, const at::Tensor& addend = {});

/// max_pool2d(relu(norm(x)), 3, 2, 1), the end of a ResNet's stem.
[[nodiscard]] at::Tensor norm_relu_pool(torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x);

/// Steps of a Sequential or a Chain.
using Steps = std::vector<torch::nn::AnyModule>;
/// The steps in their order, each BatchNorm2d with a ReLU behind it by norm_act().
[[nodiscard]] at::Tensor forward_fused(Steps::iterator from, Steps::iterator to, at::Tensor x);

}  // namespace ph
