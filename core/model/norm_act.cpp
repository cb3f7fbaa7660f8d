#include "model/norm_act.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/max_pool2d.h>
#include <torch/nn/modules/activation.h>

#include <limits>
#include <optional>

#include "operators/norm_act_op.hpp"

namespace ph {
namespace {

constexpr float kSix = 6, kInfinity = std::numeric_limits<float>::infinity();

Clamp clamp_of(Activation activation) {
  if (activation == Activation::none) return kNoClamp;
  return {0, activation == Activation::relu6 ? kSix : kInfinity};
}

// What the operator needs, where it can stand in for `norm`.
std::optional<BatchNormState> to_fuse(torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x) {
  const auto& options = norm.options;
  if (!norm.is_training() || !at::GradMode::is_enabled() || !options.momentum() || !options.affine() ||
      !options.track_running_stats())
    return std::nullopt;
  BatchNormState state{norm.weight,      norm.bias,           norm.running_mean,
                       norm.running_var, *options.momentum(), options.eps()};
  if (!can_fuse_norm(x, state)) return std::nullopt;
  norm.num_batches_tracked += 1;
  return state;
}

bool fits(const at::Tensor& addend, const at::Tensor& x) {
  return !addend.defined() ||
         (addend.is_cpu() && addend.scalar_type() == x.scalar_type() && addend.sizes() == x.sizes() &&
          addend.is_contiguous(at::MemoryFormat::ChannelsLast));
}

}  // namespace

at::Tensor norm_act(torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x, Activation activation,
                    const at::Tensor& addend) {
  if (fits(addend, x)) {
    if (const auto state = to_fuse(norm, x)) return batch_norm_act(x, addend, *state, clamp_of(activation));
  }
  auto y = norm.forward(x);
  if (addend.defined()) y.add_(addend);
  if (activation == Activation::relu6) return at::hardtanh(y, 0, kSix);
  return activation == Activation::relu ? y.relu_() : y;
}

at::Tensor norm_relu_pool(torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x) {
  if (const auto state = to_fuse(norm, x)) return batch_norm_act_pool(x, *state, clamp_of(Activation::relu));
  return at::max_pool2d(norm.forward(x).relu_(), 3, 2, 1);
}

at::Tensor forward_fused(Steps::iterator from, Steps::iterator to, at::Tensor x) {
  for (auto step = from; step != to; ++step) {
    auto* const norm = step->ptr()->as<torch::nn::BatchNorm2dImpl>();
    if (!norm) {
      x = step->forward(x);
      continue;
    }
    const bool relu = step + 1 != to && (step + 1)->ptr()->as<torch::nn::ReLUImpl>();
    x = norm_act(*norm, x, relu ? Activation::relu : Activation::none);
    if (relu) ++step;
  }
  return x;
}

}  // namespace ph
