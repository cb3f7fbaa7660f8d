#include "model/simple_head.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/utils.h>

#include "model/accuracy.hpp"
#include "model/head_loss.hpp"
#include "model/heatmap_output.hpp"
#include "model/norm_act.hpp"

namespace ph {
namespace {

// Padding and output padding that make a deconvolution with stride 2 double the size exactly.
ConvTranspose2d make_deconv(std::int64_t in, std::int64_t out, std::int64_t kernel) {
  return ConvTranspose2d(torch::nn::ConvTranspose2dOptions(in, out, kernel)
                             .stride(2)
                             .padding(kernel == 2 ? 0 : 1)
                             .output_padding(kernel == 3 ? 1 : 0)
                             .bias(false));
}

Conv2d make_padded_conv(std::int64_t in, std::int64_t out, std::int64_t kernel) {
  return Conv2d(torch::nn::Conv2dOptions(in, out, kernel).padding((kernel - 1) / 2));
}

torch::nn::ReLU make_relu() { return torch::nn::ReLU(torch::nn::ReLUOptions(/*inplace=*/true)); }

const char* loss_name(const Compat& compat) {
  if (compat.version == "0.13") return "mse_loss";
  return compat.version == "1.x" ? "loss_kpt" : "heatmap_loss";
}

}  // namespace

SimpleHead::SimpleHead(const SimpleHeadArgs& args, const HeadContext& context)
    : PoseHead("TopdownHeatmapSimpleHead"), args_(args), context_(context) {
  if (args_.out_channels % maps_per_keypoint() != 0) {
    throw member_or_self(context_.node, "out_channels")
        .error("CombinedTarget has three maps for each keypoint", "a multiple of 3",
               "\"out_channels\": " + std::to_string(3 * args_.out_channels));
  }
  loss_ = register_module(
      "loss", make_head_loss(args_.loss_keypoint, context_,
                             context_.test_cfg.combined ? LossInput::combined : LossInput::heatmaps));
  std::int64_t channels = 0;
  for (const auto each : args_.in_channels.values) channels += each;
  add_deconvs(channels);
  add_final_layer(args_.num_deconv_layers > 0 ? args_.num_deconv_filters.back() : channels);
}

void SimpleHead::add_deconvs(std::int64_t channels) {
  if (args_.num_deconv_layers == 0) return;
  deconv_layers_ = torch::nn::Sequential();
  for (std::size_t i = 0; i < static_cast<std::size_t>(args_.num_deconv_layers); ++i) {
    deconv_layers_->push_back(
        make_deconv(channels, args_.num_deconv_filters[i], args_.num_deconv_kernels[i]));
    channels = args_.num_deconv_filters[i];
    deconv_layers_->push_back(torch::nn::BatchNorm2d(channels));
    deconv_layers_->push_back(make_relu());
  }
  register_module("deconv_layers", deconv_layers_);
}

void SimpleHead::add_final_layer(std::int64_t channels) {
  const auto extra = args_.extra.value_or(SimpleHeadExtra{});
  if (extra.final_conv_kernel == 0) return;
  const auto last = make_padded_conv(channels, args_.out_channels, extra.final_conv_kernel);
  if (extra.num_conv_layers == 0) {
    final_layer_ = register_module("final_layer", last);
    return;
  }
  final_layers_ = torch::nn::Sequential();
  for (const auto kernel : extra.num_conv_kernels) {
    final_layers_->push_back(make_padded_conv(channels, channels, kernel));
    final_layers_->push_back(torch::nn::BatchNorm2d(channels));
    final_layers_->push_back(make_relu());
  }
  final_layers_->push_back(last);
  register_module("final_layer", final_layers_);
}

at::Tensor SimpleHead::transform_inputs(const Features& features) const {
  // A backbone with one map: mmpose does not look at in_index then.
  if (features.size() == 1 && args_.in_index.values.size() == 1) return features.front();
  const auto pick = [&](std::int64_t index) { return features.at(static_cast<std::size_t>(index)); };
  const auto first = pick(args_.in_index.values.front());
  if (args_.in_index.values.size() == 1) return first;
  std::vector<at::Tensor> maps{first};
  const auto size = first.sizes().slice(2);
  for (std::size_t i = 1; i < args_.in_index.values.size(); ++i) {
    const auto map = pick(args_.in_index.values[i]);
    const bool same = map.sizes().slice(2) == size;
    maps.push_back(same ? map : at::upsample_bilinear2d(map, size, args_.align_corners));
  }
  return at::cat(maps, 1);
}

at::Tensor SimpleHead::forward(const Features& features) {
  auto x = transform_inputs(features);
  // In the layout that the weights were given.
  if (deconv_layers_)
    x = forward_fused(deconv_layers_->begin(), deconv_layers_->end(),
                      x.contiguous(deconv_layers_->parameters().front().suggest_memory_format()));
  if (final_layer_) x = final_layer_(x);
  if (final_layers_) x = forward_fused(final_layers_->begin(), final_layers_->end(), x);
  return x.contiguous();  // as targets are: elementwise operators are slow on mixed layouts
}

std::vector<std::pair<std::int64_t, std::int64_t>> SimpleHead::wanted_inputs() const {
  std::vector<std::pair<std::int64_t, std::int64_t>> wanted;
  for (std::size_t i = 0; i < args_.in_index.values.size(); ++i) {
    wanted.emplace_back(args_.in_index.values[i], args_.in_channels.values[i]);
  }
  return wanted;
}

std::vector<std::pair<std::string, at::Tensor>> SimpleHead::losses(const at::Tensor& output,
                                                                   const Batch& batch) {
  check_heatmap_targets(output, batch, context_.node);
  const auto& compat = context_.compat;
  std::vector<std::pair<std::string, at::Tensor>> all{
      {loss_name(compat), loss_->forward(output, batch.target, batch.target_weight)}};
  // Discs have no peak to compare: mmpose gives no accuracy for CombinedTarget.
  if (!context_.test_cfg.combined) {
    all.emplace_back("acc_pose",
                     heatmap_pck(output, batch.target, batch.target_weight, 0.05, compat.pck_swapped_norm));
  }
  return all;
}

at::Tensor SimpleHead::flip_back(const at::Tensor& output, const DatasetInfo& info) const {
  const auto& cfg = context_.test_cfg;
  return flip_heatmaps_back(output, info.flip_pairs, cfg.shift_heatmap, cfg.combined);
}

std::vector<Prediction> SimpleHead::decode(const at::Tensor& output, const Batch& batch) const {
  return decode_heatmaps(output, batch, context_.test_cfg, context_.compat);
}

std::string SimpleHead::keypoints_setting(std::int64_t count) const {
  return "out_channels = " + std::to_string(count * maps_per_keypoint());
}

// All weights from N(0, 0.001), norms 1 and 0, biases of convolutions 0.
void SimpleHead::init_weights() {
  torch::NoGradGuard no_grad;
  for (const auto& module : modules(/*include_self=*/false)) {
    if (auto* deconv = module->as<torch::nn::ConvTranspose2d>()) {
      torch::nn::init::normal_(deconv->weight, 0, 0.001);
    } else if (auto* conv = module->as<torch::nn::Conv2d>()) {
      torch::nn::init::normal_(conv->weight, 0, 0.001);
      conv->bias.zero_();
    } else if (auto* norm = module->as<torch::nn::BatchNorm2d>()) {
      norm->weight.fill_(1);
      norm->bias.zero_();
    }
  }
}

}  // namespace ph
