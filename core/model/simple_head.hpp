#pragma once
#include <torch/nn/modules/container/sequential.h>

#include <memory>
#include <optional>
#include <string>

#include "model/checked_args.hpp"
#include "model/conv.hpp"
#include "model/keypoint_loss.hpp"
#include "model/pose_head.hpp"

namespace ph {

/// `extra` of TopdownHeatmapSimpleHead: the last convolutions.
struct SimpleHeadExtra {
  std::int64_t final_conv_kernel = 1;          ///< 0: none, the last map is the output
  std::int64_t num_conv_layers = 0;            ///< convolution, batch norm, relu before the last one
  std::vector<std::int64_t> num_conv_kernels;  ///< of each; empty: all 1
  static const CheckedArgs<SimpleHeadExtra>& table();
};

/// Arguments of mmpose 0.29's TopdownHeatmapSimpleHead, with its names and defaults.
struct SimpleHeadArgs {
  OneOrMany<std::int64_t> in_channels;
  std::int64_t out_channels = 0;
  std::int64_t num_deconv_layers = 3;
  std::vector<std::int64_t> num_deconv_filters{256, 256, 256};
  std::vector<std::int64_t> num_deconv_kernels{4, 4, 4};  ///< 2, 3 or 4; the stride is 2
  std::optional<SimpleHeadExtra> extra;
  OneOrMany<std::int64_t> in_index{{0}};
  std::optional<std::string> input_transform;  ///< "resize_concat", "multiple_select"
  bool align_corners = false;                  ///< of resize_concat
  std::optional<Node> loss_keypoint;
  std::optional<Node> train_cfg, test_cfg;  ///< read by the model
  static const CheckedArgs<SimpleHeadArgs>& table();
};

/// Deconvolutions and a last convolution that give one heatmap for each keypoint (Xiao et al. 2018).
/// `deconv_layers.N`, `final_layer` (`final_layer.N` with `num_conv_layers`).
class SimpleHead final : public PoseHead {
 public:
  SimpleHead(const SimpleHeadArgs& args, const HeadContext& context);
  at::Tensor forward(const Features& features) override;
  std::vector<std::pair<std::string, at::Tensor>> losses(const at::Tensor& output,
                                                         const Batch& batch) override;
  at::Tensor flip_back(const at::Tensor& output, const DatasetInfo& info) const override;
  std::vector<Prediction> decode(const at::Tensor& output, const Batch& batch) const override;
  void init_weights() override;
  std::int64_t num_keypoints() const override { return args_.out_channels / maps_per_keypoint(); }
  std::string keypoints_setting(std::int64_t count) const override;
  std::vector<std::pair<std::int64_t, std::int64_t>> wanted_inputs() const override;

 private:
  /// 3 for CombinedTarget.
  std::int64_t maps_per_keypoint() const { return context_.test_cfg.combined ? 3 : 1; }
  void add_deconvs(std::int64_t channels);
  void add_final_layer(std::int64_t channels);
  [[nodiscard]] at::Tensor transform_inputs(const Features& features) const;
  SimpleHeadArgs args_;
  HeadContext context_;
  std::shared_ptr<KeypointLoss> loss_;
  torch::nn::Sequential deconv_layers_{nullptr};
  torch::nn::Sequential final_layers_{nullptr};
  Conv2d final_layer_{nullptr};
};

}  // namespace ph
