#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <vector>

#include "model/pose_model.hpp"

namespace ph {

/// A network's forward pass for use, not for training: the operators that it ran are recorded once for each shape of
/// input, and norms become part of the convolutions before them. (TorchScript's pass that also gives oneDNN its weights in its own
/// layout is left out: it saved 5 % for ResNet-50 and fails on other networks.) Outputs differ from the plain pass by rounding.
/// One thread at a time.
class FusedForward {
 public:
  /// Switches `model` to evaluation and its parameters to need no gradient.
  explicit FusedForward(std::shared_ptr<PoseModel> model);
  ~FusedForward();
  FusedForward(const FusedForward&) = delete;
  FusedForward& operator=(const FusedForward&) = delete;

  /// As model.forward(img), which the first two calls of a shape are: recording costs as much as a call. The third
  /// records and compares: Error(internal) where the two differ by more than rounding. No autocast.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& img);

 private:
  struct Graph;
  struct Shape {
    int calls = 0;
    std::unique_ptr<Graph> graph;
  };
  at::Tensor record(const at::Tensor& img, Shape& shape);
  std::shared_ptr<PoseModel> model_;
  std::map<std::vector<std::int64_t>, Shape> shapes_;  // of the input
};

}  // namespace ph
