#include "model/hr_module.hpp"

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/upsampling.h>

namespace ph {
namespace {

torch::nn::Upsample make_upsample(const UpsampleArgs& args, std::int64_t factor) {
  const auto scale = static_cast<double>(factor);
  torch::nn::UpsampleOptions options;
  options.scale_factor(std::vector<double>{scale, scale});
  if (args.mode == "bilinear") {
    options.mode(torch::kBilinear).align_corners(args.align_corners.value_or(false));
  } else {
    options.mode(torch::kNearest);
  }
  return torch::nn::Upsample(options);
}

// From a coarser branch: 1x1 convolution and norm, then larger.
std::shared_ptr<Chain> upwards(std::int64_t in, std::int64_t out, std::int64_t factor,
                               const HrModuleSpec& spec) {
  return Chain::of(make_conv(in, out, 1, 1, 0), make_norm(spec.norm, out),
                   make_upsample(spec.upsample, factor));
}

// From a finer branch: 3x3 convolutions, each of which halves the map; the last one changes the channels.
std::shared_ptr<Chain> downwards(std::int64_t in, std::int64_t out, std::size_t steps, const NormArgs& norm) {
  auto all = std::make_shared<Chain>();
  for (std::size_t k = 0; k < steps; ++k) {
    const bool last = k + 1 == steps;
    const auto to = last ? out : in;
    const auto step = Chain::of(make_conv(in, to, 3, 2, 1), make_norm(norm, to));
    if (!last) step->add(torch::nn::AnyModule(torch::nn::ReLU(torch::nn::ReLUOptions(true))));
    all->add(torch::nn::AnyModule(step));
  }
  return all;
}

}  // namespace

const ArgTable<UpsampleArgs>& UpsampleArgs::table() {
  static const auto table =
      ArgTable<UpsampleArgs>("how maps are enlarged")
          .arg("mode", &UpsampleArgs::mode, "of the interpolation", one_of({"nearest", "bilinear"}))
          .arg("align_corners", &UpsampleArgs::align_corners, "of bilinear interpolation");
  return table;
}

HrModule::HrModule(const HrModuleSpec& spec) : Module("HRModule") {
  const auto branches = std::make_shared<Numbered>();
  for (std::size_t i = 0; i < spec.in_channels.size(); ++i) {
    ResBlockSpec block;
    block.in_channels = spec.in_channels[i];
    block.out_channels = spec.out_channels[i];
    block.expansion = spec.bottleneck ? 4 : 1;
    block.norm = spec.norm;
    branches_.push_back(std::make_shared<ResLayer>(block, spec.num_blocks[i], spec.bottleneck));
    branches->add(i, branches_.back());
  }
  register_module("branches", branches);
  if (branches_.size() > 1) add_fuse_layers(spec);
}

void HrModule::add_fuse_layers(const HrModuleSpec& spec) {
  const auto to_branches = spec.multiscale_output ? branches_.size() : 1;
  const auto all = std::make_shared<Numbered>();
  for (std::size_t to = 0; to < to_branches; ++to) {
    auto& row = fuse_.emplace_back();
    const auto rows = std::make_shared<Numbered>();
    for (std::size_t from = 0; from < branches_.size(); ++from) {
      std::shared_ptr<Chain> layer;
      const auto in = spec.out_channels[from], out = spec.out_channels[to];
      if (from > to) layer = upwards(in, out, std::int64_t{1} << (from - to), spec);
      if (from < to) layer = downwards(in, out, to - from, spec.norm);
      row.push_back(layer);
      if (layer) rows->add(from, layer);
    }
    all->add(to, rows);
  }
  register_module("fuse_layers", all);
}

Features HrModule::forward(const Features& maps) {
  Features own;
  for (std::size_t i = 0; i < branches_.size(); ++i) own.push_back(branches_[i]->forward(maps[i]));
  if (branches_.size() == 1) return own;
  Features fused;
  for (std::size_t to = 0; to < fuse_.size(); ++to) {
    at::Tensor sum;
    for (std::size_t from = 0; from < own.size(); ++from) {
      const auto part = fuse_[to][from] ? fuse_[to][from]->forward(own[from]) : own[from];
      sum = sum.defined() ? sum + part : part;
    }
    fused.push_back(sum.relu());
  }
  return fused;
}

}  // namespace ph
