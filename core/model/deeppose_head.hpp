#pragma once
#include <torch/nn/modules/linear.h>

#include <memory>
#include <optional>

#include "config/args.hpp"
#include "model/keypoint_loss.hpp"
#include "model/pose_head.hpp"

namespace ph {

/// Arguments of mmpose 0.29's DeepposeRegressionHead (0.13: FcHead), with its names and defaults.
struct DeepposeHeadArgs {
  std::int64_t in_channels = 0, num_joints = 0;
  std::optional<Node> loss_keypoint;
  bool out_sigma = false;                   ///< deviations too, for RLELoss
  std::optional<Node> train_cfg, test_cfg;  ///< read by the model
  static const ArgTable<DeepposeHeadArgs>& table();
};

/// One linear layer from pooled features to coordinates (Toshev and Szegedy, "DeepPose: human pose
/// estimation via deep neural networks", 2014). Output N x K x 2: x over the crop's width, y over its
/// height. Scores are 1: nothing says how sure it is. With `out_sigma` (Li et al., "Human pose regression with residual
/// log-likelihood estimation", 2021) N x K x 4: two deviations before the sigmoid follow, and a score is 1 minus
/// their mean. Parameters `fc.weight`, `fc.bias`, and the loss's.
class DeepposeHead final : public PoseHead {
 public:
  DeepposeHead(const DeepposeHeadArgs& args, const HeadContext& context);
  at::Tensor forward(const Features& features) override;
  std::vector<std::pair<std::string, at::Tensor>> losses(const at::Tensor& output,
                                                         const Batch& batch) override;
  at::Tensor for_test(const at::Tensor& output) const override;
  at::Tensor flip_back(const at::Tensor& output, const DatasetInfo& info) const override;
  std::vector<Prediction> decode(const at::Tensor& output, const Batch& batch) const override;
  void init_weights() override;
  std::int64_t num_keypoints() const override { return args_.num_joints; }
  std::string keypoints_setting(std::int64_t count) const override;
  std::vector<std::pair<std::int64_t, std::int64_t>> wanted_inputs() const override;
  bool regresses() const override { return true; }

 private:
  /// For each keypoint.
  [[nodiscard]] std::int64_t numbers() const noexcept { return args_.out_sigma ? 4 : 2; }
  DeepposeHeadArgs args_;
  HeadContext context_;
  std::shared_ptr<KeypointLoss> loss_;
  torch::nn::Linear fc_{nullptr};
};

}  // namespace ph
