#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <vector>

#include "model/pose_model.hpp"

namespace ph {

/// A network's forward pass for use, not for training: the operators that it ran are recorded once for each shape of
/// input, norms become part of the convolutions before them, and on a CPU in float32 convolutions get their weights in oneDNN's own
/// layout, once instead of in every call. Outputs differ from the plain pass by rounding. One thread at a time.
class FusedForward {
 public:
  /// Switches `model` to evaluation and its parameters to need no gradient.
  explicit FusedForward(std::shared_ptr<PoseModel> model);
  ~FusedForward();
  FusedForward(const FusedForward&) = delete;
  FusedForward& operator=(const FusedForward&) = delete;

  /// As model.forward(img). The first call of a shape runs the plain pass too and compares: Error(internal) where
  /// they differ by more than rounding. No autocast.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& img);

 private:
  struct Graph;
  [[nodiscard]] std::unique_ptr<Graph> record(const at::Tensor& img);
  std::shared_ptr<PoseModel> model_;
  std::map<std::vector<std::int64_t>, std::unique_ptr<Graph>> graphs_;  // by shape of the input
};

}  // namespace ph
