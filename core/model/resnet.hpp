#pragma once
#include <memory>
#include <optional>
#include <string>

#include "model/backbone.hpp"
#include "model/checked_args.hpp"
#include "model/norm.hpp"
#include "model/res_layer.hpp"

namespace ph {

/// Arguments of mmpose 0.29's ResNet, ResNetV1d and ResNeXt, with their names and defaults.
struct ResNetArgs {
  std::int64_t depth = 0;  ///< 18, 34, 50, 101, 152
  std::int64_t in_channels = 3, stem_channels = 64, base_channels = 64;
  std::optional<std::int64_t> expansion;  ///< default: 1 for basic blocks, 4 for bottlenecks
  std::int64_t num_stages = 4;
  std::vector<std::int64_t> strides{1, 2, 2, 2}, dilations{1, 1, 1, 1};
  std::vector<std::int64_t> out_indices{3};
  std::string style = "pytorch";            ///< or "caffe": the stride is in a bottleneck's first convolution
  std::optional<bool> deep_stem, avg_down;  ///< default: false; true for ResNetV1d
  /// Of a bottleneck's 3x3 convolution; default: 1 group; 32 of 4 channels for ResNeXt.
  std::optional<std::int64_t> groups, width_per_group;
  std::optional<DcnArgs> dcn;        ///< deformable 3x3 convolutions of bottlenecks, as mmdetection's ResNet
  std::vector<bool> stage_with_dcn;  ///< of each stage; empty: none
  std::int64_t frozen_stages = -1;   ///< -1 none, 0 the stem, n the stem and n stages
  std::optional<Node> conv_cfg;
  NormArgs norm_cfg;
  bool norm_eval = false;  ///< batch norms use their running figures in training too
  bool with_cp = false;
  bool zero_init_residual = true;
  static const CheckedArgs<ResNetArgs>& table();
  [[nodiscard]] ResNetArgs of_v1d() const;
  [[nodiscard]] ResNetArgs of_resnext() const;
};

/// ResNet (He et al. 2016) as in mmpose: `conv1`, `bn1` (or `stem` when deep), `layer1` … `layer4`.
class ResNet final : public Backbone {
 public:
  explicit ResNet(const ResNetArgs& args);
  Features forward(const at::Tensor& img) override;
  void init_weights() override;
  std::int64_t in_channels() const override { return args_.in_channels; }
  std::vector<std::int64_t> out_channels() const override;
  /// Keeps frozen stages, and all norms if `norm_eval`, in evaluation mode.
  void train(bool on = true) override;

 private:
  void add_stem();
  void freeze_stages();
  ResNetArgs args_;
  Conv2d conv1_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr};
  torch::nn::Sequential stem_{nullptr};
  std::vector<std::shared_ptr<ResLayer>> layers_;
  std::vector<std::int64_t> channels_;  ///< of each stage
};

}  // namespace ph
