#include "model/rle_loss.hpp"

#include <torch/nn/init.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include <cmath>
#include <numbers>

namespace ph {
namespace {

constexpr std::int64_t couplings = 6, hidden = 64;

torch::nn::Sequential net(bool bounded) {
  torch::nn::Sequential layers(torch::nn::Linear(2, hidden), torch::nn::LeakyReLU(),
                               torch::nn::Linear(hidden, hidden), torch::nn::LeakyReLU(),
                               torch::nn::Linear(hidden, 2));
  if (bounded) layers->push_back(torch::nn::Tanh());
  return layers;
}

at::Tensor through(const torch::nn::ModuleList& nets, std::int64_t i, const at::Tensor& x) {
  return nets->ptr<torch::nn::SequentialImpl>(static_cast<std::size_t>(i))->forward(x);
}

}  // namespace

RealNvp::RealNvp() : torch::nn::Module("RealNVP") {
  register_buffer("loc", at::zeros({2}));
  register_buffer("cov", at::eye(2));
  mask_ = register_buffer("mask",
                          at::tensor({0.0F, 1.0F, 1.0F, 0.0F}).reshape({2, 2}).repeat({couplings / 2, 1}));
  for (std::int64_t i = 0; i < couplings; ++i) {
    scales_->push_back(net(true));
    shifts_->push_back(net(false));
  }
  register_module("s", scales_);
  register_module("t", shifts_);
}

at::Tensor RealNvp::log_prob(const at::Tensor& points) {
  auto z = points;
  auto log_det = at::zeros({points.size(0)}, points.options());
  for (std::int64_t i = couplings; i-- > 0;) {
    const auto keep = mask_[i].to(points.scalar_type()), change = 1 - keep;
    const auto kept = keep * z;
    const auto s = through(scales_, i, kept) * change, t = through(shifts_, i, kept) * change;
    z = change * (z - t) * at::exp(-s) + kept;
    log_det = log_det - s.sum(1);
  }
  // The normal distribution with deviation 1 in both axes.
  const auto normal = -0.5 * z.square().sum(1) - std::log(2 * std::numbers::pi);
  return normal + log_det;
}

void RealNvp::init_weights() {
  torch::NoGradGuard no_grad;
  constexpr double gain = 0.01;
  for (const auto& module : modules(false)) {
    auto* linear = module->as<torch::nn::LinearImpl>();
    if (linear == nullptr) continue;
    linear->reset_parameters();
    torch::nn::init::xavier_uniform_(linear->weight, gain);
  }
}

const ArgTable<RleLossArgs>& RleLossArgs::table() {
  using A = RleLossArgs;
  static const auto table =
      ArgTable<A>("likelihood of coordinates with deviations")
          .arg("use_target_weight", &A::use_target_weight, "weight each coordinate by its target weight")
          .arg("size_average", &A::size_average, "the mean over samples, not the sum")
          .arg("residual", &A::residual, "the flow learns what q_dis leaves")
          .arg("q_dis", &A::q_dis, "distribution beside the flow's",
               one_of({"laplace", "gaussian", "strict"}));
  return table;
}

RleLoss::RleLoss(const RleLossArgs& args)
    : KeypointLoss("RLELoss"),
      args_(args),
      flow_(register_module("flow_model", std::make_shared<RealNvp>())) {
  flow_->init_weights();
}

at::Tensor RleLoss::forward(const at::Tensor& output, const at::Tensor& target,
                            const at::Tensor& target_weight) {
  // Where a deviation vanishes the error stays finite.
  constexpr double tiny = 1e-9;
  const auto all = precise(output);
  const auto deviation = all.narrow(2, 2, 2).sigmoid();
  const auto error = (all.narrow(2, 0, 2) - target) / (deviation + tiny);
  const auto log_phi = flow_->log_prob(error.reshape({-1, 2})).reshape({target.size(0), target.size(1), 1});
  auto loss = deviation.log() - log_phi;
  if (args_.residual) {
    // "strict" is what mmpose accepts and treats as gaussian.
    loss = loss + (args_.q_dis == "laplace"
                       ? at::log(2 * deviation) + error.abs()
                       : at::log(deviation * std::sqrt(2 * std::numbers::pi)) + 0.5 * error.square());
  }
  if (args_.use_target_weight) loss = loss * target_weight;
  if (args_.size_average) loss = loss / loss.size(0);
  return loss.sum();
}

void RleLoss::init_weights() { flow_->init_weights(); }

}  // namespace ph
