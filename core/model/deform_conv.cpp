#include "model/deform_conv.hpp"

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/nn/init.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

namespace ph {
namespace {
constexpr std::int64_t kernel = 3, taps = kernel * kernel;
}  // namespace

const ArgTable<DcnArgs>& DcnArgs::table() {
  static const auto table = ArgTable<DcnArgs>("deformable convolutions")
                                .arg("type", &DcnArgs::type, "version 1 or 2", one_of({"DCN", "DCNv2"}))
                                .arg("deform_groups", &DcnArgs::deform_groups,
                                     "sets of offsets, each for a share of the channels", at_least(1))
                                .arg("fallback_on_stride", &DcnArgs::fallback_on_stride,
                                     "plain convolutions where the stride is not 1");
  return table;
}

DeformConv::DeformConv(const DcnArgs& args, std::int64_t in, std::int64_t out, std::int64_t stride,
                       std::int64_t dilation)
    : Module(args.type == "DCNv2" ? "ModulatedDeformConv2dPack" : "DeformConv2dPack"),
      modulated_(args.type == "DCNv2") {
  spec_.stride = {stride, stride};
  spec_.padding = spec_.dilation = {dilation, dilation};
  spec_.deform_groups = args.deform_groups;
  weight_ = register_parameter("weight", at::empty({out, in, kernel, kernel}));
  const auto rows = args.deform_groups * taps * (modulated_ ? 3 : 2);
  conv_offset_ = register_module(
      "conv_offset",
      torch::nn::Conv2d(
          torch::nn::Conv2dOptions(in, rows, kernel).stride(stride).padding(dilation).dilation(dilation)));
  init_weights();
}

at::Tensor DeformConv::forward(const at::Tensor& x_in) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const auto x = x_in.scalar_type() == weight_.scalar_type() ? x_in : x_in.to(weight_.scalar_type());
  const auto made = conv_offset_(x);
  if (!modulated_) return deform_conv2d(x, weight_, made, {}, {}, spec_);
  const auto rows = spec_.deform_groups * taps;
  return deform_conv2d(x, weight_, made.narrow(1, 0, 2 * rows), made.narrow(1, 2 * rows, rows).sigmoid(), {},
                       spec_);
}

// Version 1: He et al. for relu; version 2: one over the root of the number of inputs of an output.
void DeformConv::init_weights() {
  torch::NoGradGuard no_grad;
  if (modulated_) {
    const double bound = 1 / std::sqrt(static_cast<double>(weight_.size(1) * taps));
    weight_.uniform_(-bound, bound);
  } else {
    torch::nn::init::kaiming_uniform_(weight_, 0, torch::kFanIn, torch::kReLU);
  }
  conv_offset_->weight.zero_();
  conv_offset_->bias.zero_();
}

}  // namespace ph
