#include "model/joints_mse_loss.hpp"

#include <ATen/ops/mse_loss.h>

namespace ph {

const ArgTable<JointsMseArgs>& JointsMseArgs::table() {
  static const auto table = ArgTable<JointsMseArgs>("mean squared error of heatmaps")
                                .arg("use_target_weight", &JointsMseArgs::use_target_weight,
                                     "weight each joint by its target weight")
                                .arg("loss_weight", &JointsMseArgs::loss_weight, "factor of the loss");
  return table;
}

JointsMseLoss::JointsMseLoss(const JointsMseArgs& args, const Compat& compat)
    : KeypointLoss("JointsMSELoss"), args_(args), weight_squared_(compat.weight_squared) {}

at::Tensor JointsMseLoss::forward(const at::Tensor& output, const at::Tensor& target,
                                  const at::Tensor& target_weight) {
  // mmpose 0.x takes the mean over joints of each joint's mean, which is the mean over everything.
  const auto p = precise(output);
  if (!args_.use_target_weight) return at::mse_loss(p, target) * args_.loss_weight;
  const auto w = target_weight.unsqueeze(-1);  // N x K x 1 x 1
  if (weight_squared_) return at::mse_loss(p * w, target * w) * args_.loss_weight;
  return (at::mse_loss(p, target, at::Reduction::None) * w).mean() * args_.loss_weight;
}

}  // namespace ph
