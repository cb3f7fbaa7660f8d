#include "model/hrnet.hpp"

#include <torch/nn/modules/activation.h>
#include <torch/utils.h>

namespace ph {
namespace {

constexpr std::int64_t stem_channels = 64;

std::shared_ptr<Chain> conv_norm_relu(std::int64_t in, std::int64_t out, std::int64_t stride,
                                      const NormArgs& norm) {
  return Chain::of(make_conv(in, out, 3, stride, 1), make_norm(norm, out),
                   torch::nn::ReLU(torch::nn::ReLUOptions(true)));
}

// A branch that is new starts from the coarsest there was, halved as often as it takes.
std::shared_ptr<Chain> new_branch(std::int64_t in, std::int64_t out, std::size_t steps,
                                  const NormArgs& norm) {
  auto all = std::make_shared<Chain>();
  for (std::size_t k = 0; k < steps; ++k)
    all->add(torch::nn::AnyModule(conv_norm_relu(in, k + 1 == steps ? out : in, 2, norm)));
  return all;
}

}  // namespace

HrNet::HrNet(const HrNetArgs& args) : Backbone("HRNet"), args_(args) {
  add_stem();
  const auto& extra = args_.extra;
  ResBlockSpec first;
  first.in_channels = stem_channels;
  first.out_channels = extra.stage1.widths().front();
  first.expansion = extra.stage1.bottleneck() ? 4 : 1;
  first.norm = args_.norm_cfg;
  layer1_ = register_module("layer1", std::make_shared<ResLayer>(first, extra.stage1.num_blocks.front(),
                                                                 extra.stage1.bottleneck()));
  std::vector<std::int64_t> channels{first.out_channels};
  add_stage(2, extra.stage2, channels);
  add_stage(3, extra.stage3, channels);
  add_stage(4, extra.stage4, channels);
  freeze_stages();
}

void HrNet::add_stem() {
  conv1_ = register_module("conv1", make_conv(args_.in_channels, stem_channels, 3, 2, 1));
  bn1_ = register_module("bn1", make_norm(args_.norm_cfg, stem_channels));
  conv2_ = register_module("conv2", make_conv(stem_channels, stem_channels, 3, 2, 1));
  bn2_ = register_module("bn2", make_norm(args_.norm_cfg, stem_channels));
}

void HrNet::add_stage(std::size_t number, const HrStageArgs& args, std::vector<std::int64_t>& channels) {
  Stage stage;
  const auto widths = args.widths();
  const auto transition = std::make_shared<Numbered>();
  for (std::size_t i = 0; i < widths.size(); ++i) {
    std::shared_ptr<Chain> layer;
    if (i >= channels.size()) {
      layer = new_branch(channels.back(), widths[i], i + 1 - channels.size(), args_.norm_cfg);
    } else if (widths[i] != channels[i]) {
      layer = conv_norm_relu(channels[i], widths[i], 1, args_.norm_cfg);
    }
    if (layer) transition->add(i, layer);
    stage.transition.push_back(layer);
  }
  stage.transition_module = register_module("transition" + std::to_string(number - 1), transition);
  const auto modules = std::make_shared<Numbered>();
  for (std::int64_t m = 0; m < args.num_modules; ++m) {
    const bool last_of_net = number == 4 && m + 1 == args.num_modules;
    HrModuleSpec spec{widths,        widths, args.num_blocks, args.bottleneck(), true, args_.extra.upsample,
                      args_.norm_cfg};
    spec.multiscale_output = !last_of_net || args.multiscale_output;
    stage.modules.push_back(std::make_shared<HrModule>(spec));
    modules->add(static_cast<std::size_t>(m), stage.modules.back());
  }
  stage.stage_module = register_module("stage" + std::to_string(number), modules);
  stages_.push_back(std::move(stage));
  channels = widths;
}

Features HrNet::forward(const at::Tensor& img) {
  auto x = norm_act(*bn1_, conv1_(img), Activation::relu);
  x = norm_act(*bn2_, conv2_(x), Activation::relu);
  Features maps{layer1_->forward(x)};
  for (const auto& stage : stages_) {
    Features inputs;
    for (std::size_t i = 0; i < stage.transition.size(); ++i) {
      const auto& from = i < maps.size() ? maps[i] : maps.back();
      inputs.push_back(stage.transition[i] ? stage.transition[i]->forward(from) : from);
    }
    maps = std::move(inputs);
    for (const auto& module : stage.modules) maps = module->forward(maps);
  }
  return maps;
}

std::vector<std::int64_t> HrNet::out_channels() const {
  auto widths = args_.extra.stage4.widths();
  if (!args_.extra.stage4.multiscale_output) widths.resize(1);
  return widths;
}

void HrNet::init_weights() {
  init_convolutions_and_norms(*this);
  if (!args_.zero_init_residual) return;
  torch::NoGradGuard no_grad;
  for (const auto& module : modules(/*include_self=*/false)) {
    if (auto* block = module->as<ResBlock>()) block->last_norm().weight.zero_();
  }
}

void HrNet::freeze_stages() {
  const auto frozen = args_.frozen_stages;
  if (frozen >= 0) {
    for (torch::nn::Module* part :
         std::initializer_list<torch::nn::Module*>{&*conv1_, &*bn1_, &*conv2_, &*bn2_})
      freeze(*part);
  }
  // Stage n, and the transition from it to the next.
  for (std::int64_t n = 1; n <= frozen; ++n) {
    const auto at = static_cast<std::size_t>(n);
    n == 1 ? freeze(*layer1_) : freeze(*stages_[at - 2].stage_module);
    if (n < 4) freeze(*stages_[at - 1].transition_module);
  }
}

void HrNet::train(bool on) {
  Module::train(on);
  freeze_stages();
  if (on && args_.norm_eval) norms_to_eval(*this);
}

}  // namespace ph
