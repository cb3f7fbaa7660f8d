#pragma once
#include "config/args.hpp"
#include "model/keypoint_loss.hpp"

namespace ph {

struct WingArgs {
  double omega = 10, epsilon = 2;
  bool use_target_weight = false;
  double loss_weight = 1;
  static const ArgTable<WingArgs>& table();
};

/// Wing loss of coordinates (Feng et al., "Wing loss for robust facial landmark localisation with
/// convolutional neural networks", 2018): with d = |t - p|, omega ln(1 + d / epsilon) below omega, d minus
/// a constant beyond. Summed over keypoints and axes, the mean over samples. Weights multiply both sides.
class WingLoss final : public KeypointLoss {
 public:
  explicit WingLoss(const WingArgs& args);
  at::Tensor forward(const at::Tensor& output, const at::Tensor& target,
                     const at::Tensor& target_weight) override;
  LossInput input() const override { return LossInput::points; }

 private:
  WingArgs args_;
};

struct SoftWingArgs {
  double omega1 = 2, omega2 = 20, epsilon = 0.5;
  bool use_target_weight = false;
  double loss_weight = 1;
  static const ArgTable<SoftWingArgs>& table();
};

/// Soft wing loss (Lin et al., "Structure-coherent deep feature learning for robust face alignment", 2021):
/// d below omega1, omega2 ln(1 + d / epsilon) plus a constant beyond; otherwise like WingLoss.
class SoftWingLoss final : public KeypointLoss {
 public:
  explicit SoftWingLoss(const SoftWingArgs& args);
  at::Tensor forward(const at::Tensor& output, const at::Tensor& target,
                     const at::Tensor& target_weight) override;
  LossInput input() const override { return LossInput::points; }

 private:
  SoftWingArgs args_;
};

}  // namespace ph
