#pragma once
#include <torch/nn/module.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/node.hpp"
#include "data/batch.hpp"
#include "data/compat.hpp"
#include "data/dataset_info.hpp"
#include "data/instance.hpp"
#include "model/test_cfg.hpp"

namespace ph {

/// What one forward pass with targets gives. Tensors stay on their device: nobody waits for them.
struct TrainOutput {
  at::Tensor loss;  ///< scalar, to be differentiated
  /// Values for the log in order, scalars: "heatmap_loss", "acc_pose", and "loss" last.
  std::vector<std::pair<std::string, at::Tensor>> log;
  at::Tensor output;  ///< heatmaps N x K x h x w, or coordinates N x K x 2
};

/// A pose network with its losses and its decoding. Parameter and buffer names are mmpose's:
/// "backbone.layer1.0.conv1.weight", "keypoint_head.final_layer.bias".
class PoseModel : public torch::nn::Module {
 public:
  /// Forward and losses; gradients if grad mode is on; train or eval behaviour as set.
  [[nodiscard]] virtual TrainOutput train_step(const Batch& batch) = 0;
  /// Raw network output for N x C x H x W, without losses, decoding or flip test.
  [[nodiscard]] virtual at::Tensor forward(const at::Tensor& img) = 0;
  /// The same averaged with what the mirrored images give, where `test_cfg` asks for it: what predict() decodes. float32.
  [[nodiscard]] virtual at::Tensor test_output(const at::Tensor& img, const DatasetInfo& info) = 0;
  /// How test_output() is decoded.
  [[nodiscard]] virtual const TestCfg& test_cfg() const = 0;
  /// Keypoints in image pixels by `test_cfg` (flip test, decoding). Sets no mode: call eval() first.
  [[nodiscard]] virtual std::vector<Prediction> predict(const Batch& batch, const DatasetInfo& info) = 0;
  /// Draws all weights as mmpose initialises them, from torch's generator.
  /// Files of weights are loaded by the plan of a run.
  virtual void init_weights() = 0;
  /// Channels of the images it takes.
  [[nodiscard]] virtual std::int64_t in_channels() const = 0;
  /// Number of keypoints the head gives.
  [[nodiscard]] virtual std::int64_t num_keypoints() const = 0;
  /// The head's setting that would give `count` keypoints, for advice: "out_channels = 17".
  [[nodiscard]] virtual std::string keypoints_setting(std::int64_t count) const {
    return "out_channels = " + std::to_string(count);
  }

  /// Trains these parameters no more: they get no gradient, and a norm whose parameters are all among them
  /// keeps its running statistics, whatever train() says.
  void freeze(const std::set<std::string>& names);
  void train(bool on = true) override;

 private:
  std::vector<std::shared_ptr<torch::nn::Module>> frozen_norms_;
};

/// Builds what config key `model` describes. Throws Error(config). Weights are not initialised.
[[nodiscard]] std::shared_ptr<PoseModel> make_model(const Node& model, const Compat& compat);

/// Facts about the owner of each parameter, in depth-first order, for parameter groups.
struct ParamFacts {
  std::string name;          ///< "backbone.bn1.weight"
  std::string module;        ///< "backbone.bn1"
  std::string module_class;  ///< "BatchNorm2d", "Conv2d", …
  bool is_norm = false, is_bias = false, is_depthwise = false;
  bool is_dcn = false;  ///< of a layer within a deformable convolution: its offsets
};
[[nodiscard]] std::vector<ParamFacts> param_facts(const torch::nn::Module& model);

}  // namespace ph
