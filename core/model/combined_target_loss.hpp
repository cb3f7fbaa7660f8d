#pragma once
#include "config/args.hpp"
#include "model/keypoint_loss.hpp"

namespace ph {

struct CombinedTargetLossArgs {
  bool use_target_weight = false;
  double loss_weight = 1;
  static const ArgTable<CombinedTargetLossArgs>& table();
};

/// Half the mean squared error of the discs, plus half of that of the x and y offsets where the target's
/// disc is (Huang et al., "The devil is in the details", 2020); the mean over keypoints. Weights multiply
/// the discs of output and target, and with them the offsets.
class CombinedTargetLoss final : public KeypointLoss {
 public:
  explicit CombinedTargetLoss(const CombinedTargetLossArgs& args);
  at::Tensor forward(const at::Tensor& output, const at::Tensor& target,
                     const at::Tensor& target_weight) override;
  LossInput input() const override { return LossInput::combined; }

 private:
  CombinedTargetLossArgs args_;
};

}  // namespace ph
