#include "model/resnet.hpp"

#include <ATen/ops/max_pool2d.h>
#include <torch/nn/init.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>

namespace ph {
namespace {

// Blocks of each stage; source: He et al., "Deep Residual Learning", table 1.
std::array<std::int64_t, 4> stage_blocks(std::int64_t depth) {
  switch (depth) {
    case 18:
      return {2, 2, 2, 2};
    case 34:
    case 50:
      return {3, 4, 6, 3};
    case 101:
      return {3, 4, 23, 3};
    default:
      return {3, 8, 36, 3};
  }
}

/// Convolution, norm, relu under mmcv's names "conv" and "bn".
class ConvModule final : public torch::nn::Module {
 public:
  ConvModule(std::int64_t in, std::int64_t out, std::int64_t stride, const NormArgs& norm)
      : Module("ConvModule"),
        conv_(register_module("conv", make_conv(in, out, 3, stride, 1))),
        bn_(register_module("bn", make_norm(norm, out))) {}
  at::Tensor forward(const at::Tensor& x) { return bn_(conv_(x)).relu_(); }

 private:
  torch::nn::Conv2d conv_;
  torch::nn::BatchNorm2d bn_;
};

void freeze(torch::nn::Module& module) {
  module.eval();
  for (auto& parameter : module.parameters()) parameter.set_requires_grad(false);
}

}  // namespace

ResLayer::ResLayer(ResBlockSpec spec, std::int64_t blocks, bool bottleneck) : Module("ResLayer") {
  spec.shortcut = spec.stride != 1 || spec.in_channels != spec.out_channels;
  for (std::int64_t i = 0; i < blocks; ++i) {
    std::shared_ptr<ResBlock> block;
    if (bottleneck) {
      block = std::make_shared<Bottleneck>(spec);
    } else {
      block = std::make_shared<BasicBlock>(spec);
    }
    blocks_.push_back(register_module(std::to_string(i), block));
    spec.in_channels = spec.out_channels;
    spec.stride = 1;
    spec.shortcut = false;
  }
}

at::Tensor ResLayer::forward(at::Tensor x) {
  for (const auto& block : blocks_) x = block->forward(x);
  return x;
}

ResNet::ResNet(const ResNetArgs& args) : Backbone("ResNet"), args_(args) {
  add_stem();
  const auto blocks = stage_blocks(args_.depth);
  const auto expansion = args_.expansion.value_or(args_.depth < 50 ? 1 : 4);
  auto in = args_.stem_channels, out = args_.base_channels * expansion;
  for (std::size_t i = 0; i < static_cast<std::size_t>(args_.num_stages); ++i) {
    ResBlockSpec spec;
    spec.in_channels = in;
    spec.out_channels = out;
    spec.expansion = expansion;
    spec.stride = args_.strides[i];
    spec.dilation = args_.dilations[i];
    spec.caffe = args_.style == "caffe";
    spec.avg_down = args_.avg_down;
    spec.norm = args_.norm_cfg;
    layers_.push_back(register_module("layer" + std::to_string(i + 1),
                                      std::make_shared<ResLayer>(spec, blocks[i], args_.depth >= 50)));
    channels_.push_back(out);
    in = out;
    out *= 2;
  }
  freeze_stages();
}

void ResNet::add_stem() {
  const auto in = args_.in_channels, out = args_.stem_channels;
  if (!args_.deep_stem) {
    conv1_ = register_module("conv1", make_conv(in, out, 7, 2, 3));
    bn1_ = register_module("bn1", make_norm(args_.norm_cfg, out));
    return;
  }
  stem_ = torch::nn::Sequential(std::make_shared<ConvModule>(in, out / 2, 2, args_.norm_cfg),
                                std::make_shared<ConvModule>(out / 2, out / 2, 1, args_.norm_cfg),
                                std::make_shared<ConvModule>(out / 2, out, 1, args_.norm_cfg));
  register_module("stem", stem_);
}

Features ResNet::forward(const at::Tensor& img) {
  auto x = stem_ ? stem_->forward(img) : bn1_(conv1_(img)).relu_();
  x = at::max_pool2d(x, 3, 2, 1);
  Features maps;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    x = layers_[i]->forward(x);
    const auto& wanted = args_.out_indices;
    if (std::find(wanted.begin(), wanted.end(), static_cast<std::int64_t>(i)) != wanted.end())
      maps.push_back(x);
  }
  return maps;
}

std::vector<std::int64_t> ResNet::out_channels() const {
  std::vector<std::int64_t> channels;
  for (const auto index : args_.out_indices) channels.push_back(channels_[static_cast<std::size_t>(index)]);
  return channels;
}

void ResNet::init_weights() {
  torch::NoGradGuard no_grad;
  for (const auto& module : modules(/*include_self=*/false)) {
    if (auto* conv = module->as<torch::nn::Conv2d>()) {
      torch::nn::init::kaiming_normal_(conv->weight, 0, torch::kFanOut, torch::kReLU);
    } else if (auto* norm = module->as<torch::nn::BatchNorm2d>()) {
      norm->weight.fill_(1);
      norm->bias.zero_();
    }
  }
  if (!args_.zero_init_residual) return;
  for (const auto& layer : layers_) {
    for (const auto& block : layer->blocks()) block->last_norm().weight.zero_();
  }
}

void ResNet::freeze_stages() {
  if (args_.frozen_stages >= 0) {
    if (stem_) {
      freeze(*stem_);
    } else {
      freeze(*conv1_);
      freeze(*bn1_);
    }
  }
  for (std::int64_t i = 0; i < args_.frozen_stages; ++i) freeze(*layers_[static_cast<std::size_t>(i)]);
}

void ResNet::train(bool on) {
  Module::train(on);
  freeze_stages();
  if (!on || !args_.norm_eval) return;
  for (const auto& module : modules(/*include_self=*/false)) {
    if (module->as<torch::nn::BatchNorm2d>()) module->eval();
  }
}

}  // namespace ph
