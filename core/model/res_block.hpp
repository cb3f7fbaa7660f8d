#pragma once
#include <torch/nn/modules/container/sequential.h>

#include <memory>
#include <optional>

#include "model/conv.hpp"
#include "model/deform_conv.hpp"
#include "model/norm.hpp"

namespace ph {

/// Shape of one residual block.
struct ResBlockSpec {
  std::int64_t in_channels = 0, out_channels = 0;
  std::int64_t expansion = 1;  ///< out_channels over the width of the inner convolutions
  std::int64_t stride = 1, dilation = 1;
  std::int64_t groups = 1;        ///< of a bottleneck's 3x3 convolution
  std::int64_t mid_channels = 0;  ///< of a bottleneck's inner convolutions; 0: out_channels / expansion
  bool caffe = false;             ///< stride in a bottleneck's first 1x1 convolution, not in its 3x3
  bool avg_down = false;          ///< shortcut: average pooling with the stride, then a 1x1 convolution
  bool shortcut = false;          ///< a convolution in the shortcut, not the identity
  std::optional<DcnArgs> dcn;     ///< a bottleneck's 3x3 convolution is deformable
  NormArgs norm;
};

/// A residual block of ResNet: y = relu(body(x) + shortcut(x)).
class ResBlock : public torch::nn::Module {
 public:
  using Module::Module;
  [[nodiscard]] virtual at::Tensor forward(const at::Tensor& x) = 0;
  /// The last norm of the body; a block whose last norm has weight 0 starts as its shortcut.
  [[nodiscard]] virtual torch::nn::BatchNorm2dImpl& last_norm() = 0;

 protected:
  /// Registers "downsample" if the block has a convolution in its shortcut.
  void add_shortcut(const ResBlockSpec& spec);
  [[nodiscard]] at::Tensor shortcut(const at::Tensor& x);
  torch::nn::Sequential downsample_{nullptr};
};

/// Two 3x3 convolutions (ResNet-18, -34); expansion is 1.
class BasicBlock final : public ResBlock {
 public:
  explicit BasicBlock(const ResBlockSpec& spec);
  at::Tensor forward(const at::Tensor& x) override;
  torch::nn::BatchNorm2dImpl& last_norm() override { return *bn2_; }

 private:
  Conv2d conv1_{nullptr}, conv2_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr}, bn2_{nullptr};
};

/// 1x1, 3x3, 1x1 (ResNet-50 and deeper).
class Bottleneck final : public ResBlock {
 public:
  explicit Bottleneck(const ResBlockSpec& spec);
  at::Tensor forward(const at::Tensor& x) override;
  torch::nn::BatchNorm2dImpl& last_norm() override { return *bn3_; }

 private:
  void add_conv2(const ResBlockSpec& spec, std::int64_t channels);
  Conv2d conv1_{nullptr}, conv2_{nullptr}, conv3_{nullptr};
  std::shared_ptr<DeformConv> deformed_;  ///< in conv2_'s place, or null
  torch::nn::BatchNorm2d bn1_{nullptr}, bn2_{nullptr}, bn3_{nullptr};
};

/// A convolution without bias.
[[nodiscard]] Conv2d make_conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                               std::int64_t padding, std::int64_t dilation = 1, std::int64_t groups = 1);

}  // namespace ph
