#include "model/res_block.hpp"

#include <torch/nn/modules/pooling.h>

#include "model/norm_act.hpp"

namespace ph {

Conv2d make_conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                 std::int64_t padding, std::int64_t dilation, std::int64_t groups) {
  return Conv2d(torch::nn::Conv2dOptions(in, out, kernel)
                    .stride(stride)
                    .padding(padding)
                    .dilation(dilation)
                    .groups(groups)
                    .bias(false));
}

void ResBlock::add_shortcut(const ResBlockSpec& spec) {
  if (!spec.shortcut) return;
  downsample_ = torch::nn::Sequential();
  auto stride = spec.stride;
  if (spec.avg_down && stride != 1) {
    downsample_->push_back(torch::nn::AvgPool2d(
        torch::nn::AvgPool2dOptions(stride).stride(stride).ceil_mode(true).count_include_pad(false)));
    stride = 1;
  }
  downsample_->push_back(make_conv(spec.in_channels, spec.out_channels, 1, stride, 0));
  downsample_->push_back(make_norm(spec.norm, spec.out_channels));
  register_module("downsample", downsample_);
}

at::Tensor ResBlock::shortcut(const at::Tensor& x) {
  return downsample_ ? forward_fused(downsample_->begin(), downsample_->end(), x) : x;
}

// The order of registration is mmpose's order of parameters; the shortcut comes last.
BasicBlock::BasicBlock(const ResBlockSpec& spec) : ResBlock("BasicBlock") {
  const auto mid = spec.out_channels / spec.expansion;
  conv1_ = register_module("conv1",
                           make_conv(spec.in_channels, mid, 3, spec.stride, spec.dilation, spec.dilation));
  bn1_ = register_module("bn1", make_norm(spec.norm, mid));
  // mmpose dilates only the first convolution of a basic block.
  conv2_ = register_module("conv2", make_conv(mid, spec.out_channels, 3, 1, 1));
  bn2_ = register_module("bn2", make_norm(spec.norm, spec.out_channels));
  add_shortcut(spec);
}

at::Tensor BasicBlock::forward(const at::Tensor& x) {
  const auto y = conv2_(norm_act(*bn1_, conv1_(x), Activation::relu));
  const auto around = shortcut(x);
  return norm_act(*bn2_, y, Activation::relu, around);
}

Bottleneck::Bottleneck(const ResBlockSpec& spec) : ResBlock("Bottleneck") {
  const auto mid = spec.mid_channels > 0 ? spec.mid_channels : spec.out_channels / spec.expansion;
  conv1_ = register_module("conv1", make_conv(spec.in_channels, mid, 1, spec.caffe ? spec.stride : 1, 0));
  bn1_ = register_module("bn1", make_norm(spec.norm, mid));
  add_conv2(spec, mid);
  bn2_ = register_module("bn2", make_norm(spec.norm, mid));
  conv3_ = register_module("conv3", make_conv(mid, spec.out_channels, 1, 1, 0));
  bn3_ = register_module("bn3", make_norm(spec.norm, spec.out_channels));
  add_shortcut(spec);
}

void Bottleneck::add_conv2(const ResBlockSpec& spec, std::int64_t channels) {
  const auto stride = spec.caffe ? 1 : spec.stride;
  if (spec.dcn && !(spec.dcn->fallback_on_stride && stride != 1)) {
    deformed_ = register_module(
        "conv2", std::make_shared<DeformConv>(*spec.dcn, channels, channels, stride, spec.dilation));
  } else {
    conv2_ = register_module(
        "conv2", make_conv(channels, channels, 3, stride, spec.dilation, spec.dilation, spec.groups));
  }
}

at::Tensor Bottleneck::forward(const at::Tensor& x) {
  auto y = norm_act(*bn1_, conv1_(x), Activation::relu);
  y = norm_act(*bn2_, deformed_ ? deformed_->forward(y) : conv2_(y), Activation::relu);
  y = conv3_(y);
  const auto around = shortcut(x);
  return norm_act(*bn3_, y, Activation::relu, around);
}

}  // namespace ph
