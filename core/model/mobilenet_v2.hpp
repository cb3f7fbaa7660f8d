#pragma once
#include <optional>

#include "model/backbone.hpp"
#include "model/checked_args.hpp"
#include "model/containers.hpp"
#include "model/norm.hpp"

namespace ph {

/// Arguments of mmpose 0.29's MobileNetV2, with its names and defaults.
struct MobileNetV2Args {
  double widen_factor = 1;  ///< of all widths
  std::vector<std::int64_t> out_indices{7};
  std::int64_t frozen_stages = -1;  ///< -1 none, 0 the first convolution, n that and n layers
  std::optional<Node> conv_cfg;
  NormArgs norm_cfg;
  std::optional<Node> act_cfg;
  bool norm_eval = false, with_cp = false;
  static const CheckedArgs<MobileNetV2Args>& table();
};

/// MobileNetV2 (Sandler et al. 2018) as in mmpose: `conv1`, `layer1` … `layer7` of inverted residuals, `conv2`. The maps of
/// out_indices: 0 to 6 the layers, 7 the last convolution.
class MobileNetV2 final : public Backbone {
 public:
  explicit MobileNetV2(const MobileNetV2Args& args);
  Features forward(const at::Tensor& img) override;
  void init_weights() override { init_convolutions_and_norms(*this); }
  std::int64_t in_channels() const override { return 3; }
  std::vector<std::int64_t> out_channels() const override;
  void train(bool on = true) override;

 private:
  void freeze_stages();
  MobileNetV2Args args_;
  std::vector<torch::nn::AnyModule> steps_;  ///< conv1, the layers, conv2
  std::vector<std::int64_t> channels_;       ///< of layers and conv2
};

}  // namespace ph
