#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <vector>

#include "model/pose_model.hpp"

namespace ph {

/// A network's forward pass for use, not for training: the operators that it ran are recorded once for each shape of input; norms
/// become part of the convolutions before them, and on the CPU these get their weights in oneDNN's own layout (pack_convolutions.hpp).
/// Outputs differ from the plain pass by rounding. One thread at a time. Each shape holds the weights once more.
class FusedForward {
 public:
  /// Computes in float32, or in bfloat16 on the CPU. Switches `model` to evaluation and its parameters to need no gradient.
  explicit FusedForward(std::shared_ptr<PoseModel> model, at::ScalarType type = at::kFloat);
  ~FusedForward();
  /// Whether there is anything to gain: float32 anywhere, bfloat16 on a processor that has it.
  [[nodiscard]] static bool supports(at::ScalarType type, const c10::Device& device);
  FusedForward(const FusedForward&) = delete;
  FusedForward& operator=(const FusedForward&) = delete;

  /// As model.forward(img), which the first two calls of a shape are: recording costs as much as a call. The third
  /// records and compares: Error(internal) where the two differ by more than rounding. float32. For a lower precision
  /// call it under autocast, which the plain passes need; a network with operators of our own has no other passes then.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& img);

 private:
  struct Graph;
  struct Shape {
    int calls = 0;
    std::unique_ptr<Graph> graph;  // of the third call, if the network can be fused
  };
  at::Tensor record(const at::Tensor& img, Shape& shape);
  [[nodiscard]] double allowed(const at::Tensor& img, const at::Tensor& exact) const;
  std::shared_ptr<PoseModel> model_;
  at::ScalarType type_;
  std::map<std::vector<std::int64_t>, Shape> shapes_;  // of the input
};

}  // namespace ph
