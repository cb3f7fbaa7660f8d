#include "model/resnet.hpp"

#include <ATen/ops/max_pool2d.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>

#include "model/conv_module.hpp"
#include "model/norm_act.hpp"

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

}  // namespace

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
    spec.avg_down = args_.avg_down.value_or(false);
    spec.groups = args_.groups.value_or(1);
    if (spec.groups > 1) {
      spec.mid_channels =
          spec.groups * args_.width_per_group.value_or(4) * (out / expansion) / args_.base_channels;
    }
    if (args_.dcn && i < args_.stage_with_dcn.size() && args_.stage_with_dcn[i]) spec.dcn = args_.dcn;
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
  if (!args_.deep_stem.value_or(false)) {
    conv1_ = register_module("conv1", make_conv(in, out, 7, 2, 3));
    bn1_ = register_module("bn1", make_norm(args_.norm_cfg, out));
    return;
  }
  const auto step = [&](std::int64_t from, std::int64_t to, std::int64_t stride) {
    return std::make_shared<ConvModule>(ConvSpec{from, to, 3, stride}, args_.norm_cfg);
  };
  stem_ = torch::nn::Sequential(step(in, out / 2, 2), step(out / 2, out / 2, 1), step(out / 2, out, 1));
  register_module("stem", stem_);
}

Features ResNet::forward(const at::Tensor& img) {
  auto x = stem_ ? at::max_pool2d(stem_->forward(img), 3, 2, 1) : norm_relu_pool(*bn1_, conv1_(img));
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
  init_convolutions_and_norms(*this);
  for (const auto& module : modules(/*include_self=*/false)) {
    if (auto* deformed = module->as<DeformConv>()) deformed->init_weights();
  }
  if (!args_.zero_init_residual) return;
  torch::NoGradGuard no_grad;
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
  if (on && args_.norm_eval) norms_to_eval(*this);
}

}  // namespace ph
