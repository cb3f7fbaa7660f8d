#pragma once
#include "config/args.hpp"
#include "model/keypoint_loss.hpp"

namespace ph {

struct CoordinateLossArgs {
  bool use_target_weight = false;
  double loss_weight = 1;
  static const ArgTable<CoordinateLossArgs>& table();
};

/// mmpose's SmoothL1Loss (d^2 / 2 below 1, d - 1/2 beyond), L1Loss and MSELoss: the mean over samples,
/// keypoints and axes of a function of the difference. Weights multiply output and target before it.
class CoordinateLoss final : public KeypointLoss {
 public:
  /// torch's function, that takes the mean.
  using Function = at::Tensor (*)(const at::Tensor& output, const at::Tensor& target);
  CoordinateLoss(const char* name, Function function, const CoordinateLossArgs& args);
  at::Tensor forward(const at::Tensor& output, const at::Tensor& target,
                     const at::Tensor& target_weight) override;
  LossInput input() const override { return LossInput::points; }

  [[nodiscard]] static std::shared_ptr<CoordinateLoss> smooth_l1(const CoordinateLossArgs& args);
  [[nodiscard]] static std::shared_ptr<CoordinateLoss> l1(const CoordinateLossArgs& args);
  [[nodiscard]] static std::shared_ptr<CoordinateLoss> mse(const CoordinateLossArgs& args);

 private:
  Function function_;
  CoordinateLossArgs args_;
};

}  // namespace ph
