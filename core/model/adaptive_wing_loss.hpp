#pragma once
#include "config/args.hpp"
#include "model/keypoint_loss.hpp"

namespace ph {

struct AdaptiveWingArgs {
  double alpha = 2.1, omega = 14, epsilon = 1, theta = 0.5;
  bool use_target_weight = false;
  double loss_weight = 1;
  static const ArgTable<AdaptiveWingArgs>& table();
};

/// Adaptive wing loss of heatmaps (Wang et al., "Adaptive wing loss for robust face alignment via heatmap
/// regression", 2019): with d = |t - p|, omega ln(1 + (d / epsilon)^(alpha - t)) below theta, its tangent
/// beyond; the mean over everything. Weights multiply output and target.
class AdaptiveWingLoss final : public KeypointLoss {
 public:
  explicit AdaptiveWingLoss(const AdaptiveWingArgs& args);
  at::Tensor forward(const at::Tensor& output, const at::Tensor& target,
                     const at::Tensor& target_weight) override;

 private:
  AdaptiveWingArgs args_;
};

}  // namespace ph
