#pragma once
#include <torch/nn/modules/conv.h>

namespace ph {

/// LibTorch's Conv2d, with kernels of our own for the gradient of its weights where they are faster than oneDNN's (operators/conv_op.hpp).
class Conv2dImpl final : public torch::nn::Conv2dImpl {
 public:
  using torch::nn::Conv2dImpl::Conv2dImpl;
  [[nodiscard]] at::Tensor forward(const at::Tensor& x);
};
TORCH_MODULE(Conv2d);

/// The same of ConvTranspose2d.
class ConvTranspose2dImpl final : public torch::nn::ConvTranspose2dImpl {
 public:
  using torch::nn::ConvTranspose2dImpl::ConvTranspose2dImpl;
  [[nodiscard]] at::Tensor forward(const at::Tensor& x);
};
TORCH_MODULE(ConvTranspose2d);

}  // namespace ph
