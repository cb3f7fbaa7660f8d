#pragma once
#include "model/checked_args.hpp"
#include "model/keypoint_loss.hpp"

namespace ph {

struct JointsOhkmArgs {
  bool use_target_weight = false;
  std::int64_t topk = 8;
  double loss_weight = 1;
  Node self;  ///< the loss's own config, for the place in messages
  static const CheckedArgs<JointsOhkmArgs>& table();
};

/// Mean squared error of the `topk` heatmaps of each sample that are furthest off (online hard keypoint
/// mining: Chen et al., "Cascaded pyramid network for multi-person pose estimation", 2018). Weights are
/// squared, (w (p - t))^2, in mmpose 0.x and in 1.x.
class JointsOhkmLoss final : public KeypointLoss {
 public:
  explicit JointsOhkmLoss(JointsOhkmArgs args);
  at::Tensor forward(const at::Tensor& output, const at::Tensor& target,
                     const at::Tensor& target_weight) override;

 private:
  JointsOhkmArgs args_;
};

}  // namespace ph
