#pragma once
#include <torch/nn/module.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/batch.hpp"
#include "data/compat.hpp"
#include "data/dataset_info.hpp"
#include "data/instance.hpp"
#include "model/backbone.hpp"
#include "model/test_cfg.hpp"

namespace ph {

/// What a head is made with besides its own arguments.
struct HeadContext {
  Compat compat;
  TestCfg test_cfg;
  Node node;                          ///< the head's own config, for the place in messages
  std::optional<Node> loss_keypoint;  ///< the model's, for heads that have none of their own
};

/// The part of a network that turns feature maps into keypoints; it owns its loss and its decoding.
/// Its parameters are named as in mmpose, below "keypoint_head.".
class PoseHead : public torch::nn::Module {
 public:
  using Module::Module;
  /// The network's output for the loss: heatmaps N x K x h x w, or coordinates N x K x 2, with deviations
  /// N x K x 4.
  [[nodiscard]] virtual at::Tensor forward(const Features& features) = 0;
  /// Scalars for the log in order: losses (names that contain "loss", to be summed), then accuracies.
  /// Throws Error(config) when the shapes of output and targets differ.
  [[nodiscard]] virtual std::vector<std::pair<std::string, at::Tensor>> losses(const at::Tensor& output,
                                                                               const Batch& batch) = 0;
  /// Undoes a horizontal flip of the input on `output`: mirrors, swaps paired keypoints, shifts by
  /// `test_cfg`. A new tensor in float32.
  [[nodiscard]] virtual at::Tensor flip_back(const at::Tensor& output, const DatasetInfo& info) const = 0;
  /// What decode() takes of an output of forward(), and what a flip test takes the mean of; in float32.
  [[nodiscard]] virtual at::Tensor for_test(const at::Tensor& output) const { return output; }
  /// Keypoints in pixels of the images, one prediction a sample.
  [[nodiscard]] virtual std::vector<Prediction> decode(const at::Tensor& output,
                                                       const Batch& batch) const = 0;
  /// Draws all weights as mmpose does, from torch's generator.
  virtual void init_weights() = 0;
  [[nodiscard]] virtual std::int64_t num_keypoints() const = 0;
  /// The setting that would give `count` keypoints, for advice: "out_channels = 17".
  [[nodiscard]] virtual std::string keypoints_setting(std::int64_t count) const {
    return "out_channels = " + std::to_string(count);
  }
  /// Whether it takes pooled features N x C and gives coordinates from 0 to 1, no heatmaps.
  [[nodiscard]] virtual bool regresses() const { return false; }
  /// The backbone's maps that it takes, as pairs (index of the map, channels).
  [[nodiscard]] virtual std::vector<std::pair<std::int64_t, std::int64_t>> wanted_inputs() const = 0;
};

}  // namespace ph
