#pragma once
#include <torch/nn/modules/container/modulelist.h>

#include <memory>
#include <string>

#include "config/args.hpp"
#include "model/keypoint_loss.hpp"

namespace ph {

struct RleLossArgs {
  bool use_target_weight = false, size_average = true, residual = true;
  std::string q_dis = "laplace";
  static const ArgTable<RleLossArgs>& table();
};

/// A density over the plane: six affine couplings with nets of two hidden layers of 64 (Dinh et al., "Density
/// estimation using Real NVP", 2017), as mmpose's RealNVP. Names are its: `s.<i>`, `t.<i>` with linear layers 0,
/// 2 and 4; buffers `loc`, `cov`, `mask`.
class RealNvp final : public torch::nn::Module {
 public:
  RealNvp();
  /// Logarithms of the density at `points`, N x 2; N.
  [[nodiscard]] at::Tensor log_prob(const at::Tensor& points);
  void init_weights();

 private:
  torch::nn::ModuleList scales_, shifts_;
  at::Tensor mask_;
};

/// mmpose 0.29's RLELoss: the negative log-likelihood of the targets under a distribution that a flow learns,
/// multiplied with a Laplace or normal one where `residual` is set. The sum over keypoints and axes, over the number of
/// samples where `size_average` is set. Below `flow_model.` it has parameters of its own.
class RleLoss final : public KeypointLoss {
 public:
  explicit RleLoss(const RleLossArgs& args);
  at::Tensor forward(const at::Tensor& output, const at::Tensor& target,
                     const at::Tensor& target_weight) override;
  LossInput input() const override { return LossInput::spread; }
  void init_weights() override;

 private:
  RleLossArgs args_;
  std::shared_ptr<RealNvp> flow_;
};

}  // namespace ph
