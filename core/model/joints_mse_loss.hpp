#pragma once
#include "data/compat.hpp"
#include "model/checked_args.hpp"
#include "model/keypoint_loss.hpp"

namespace ph {

struct JointsMseArgs {
  bool use_target_weight = false;
  double loss_weight = 1;
  static const ArgTable<JointsMseArgs>& table();
};

/// Mean squared error of heatmaps over samples, joints and pixels. With target weights w the summand is
/// (w (p - t))^2 in mmpose 0.x and w (p - t)^2 in 1.x: `compat.weight_squared`.
class JointsMseLoss final : public KeypointLoss {
 public:
  JointsMseLoss(const JointsMseArgs& args, const Compat& compat);
  at::Tensor forward(const at::Tensor& output, const at::Tensor& target,
                     const at::Tensor& target_weight) override;

 private:
  JointsMseArgs args_;
  bool weight_squared_;
};

}  // namespace ph
