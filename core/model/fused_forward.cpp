#include "model/fused_forward.hpp"

#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/passes/frozen_conv_folding.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/utils.h>

#include <algorithm>

namespace ph {
namespace {

// Rounding, relative to the largest output: each of some hundred layers adds a few units in the last place.
constexpr double tolerance = 1e-3;

}  // namespace

struct FusedForward::Graph {
  torch::jit::GraphExecutor executor;
  at::Tensor run(const at::Tensor& img) {
    torch::jit::Stack stack{img};
    executor.run(stack);
    return stack.front().toTensor();
  }
};

FusedForward::FusedForward(std::shared_ptr<PoseModel> model) : model_{std::move(model)} {
  model_->eval();
  // Tensors that need a gradient cannot be constants of a graph.
  for (auto& parameter : model_->parameters()) parameter.set_requires_grad(false);
}

FusedForward::~FusedForward() = default;

// What the plain pass gives while it is recorded.
at::Tensor FusedForward::record(const at::Tensor& img, Shape& shape) {
  const auto run = [this](torch::jit::Stack inputs) {
    return torch::jit::Stack{model_->forward(inputs.front().toTensor())};
  };
  const auto no_names = [](const torch::autograd::Variable&) { return std::string(); };
  auto [state, outputs] =
      torch::jit::tracer::trace({img}, run, no_names, /*strict=*/true, /*force_outplace=*/true);
  auto graph = state->graph;
  torch::jit::FoldFrozenConvBatchnorm(graph);
  shape.graph = std::make_unique<Graph>(
      Graph{torch::jit::GraphExecutor(graph, "forward", torch::jit::ExecutorExecutionMode::SIMPLE)});
  return outputs.front().toTensor();
}

at::Tensor FusedForward::operator()(const at::Tensor& img) {
  constexpr int plain_calls = 2;
  torch::NoGradGuard no_grad;
  auto& shape = shapes_[img.sizes().vec()];
  if (shape.graph) return shape.graph->run(img);
  if (shape.calls++ < plain_calls) return model_->forward(img);
  const auto plain = record(img, shape);
  const auto output = shape.graph->run(img);
  const auto largest = plain.abs().max().item<double>();
  const auto apart = (output - plain).abs().max().item<double>();
  if (apart <= tolerance * std::max(largest, 1e-6) || largest != largest) return output;
  throw Error(ErrorKind::internal, "the network computes something else with its norms fused",
              "outputs up to " + std::to_string(largest) + " that differ by " + std::to_string(apart),
              "rounding alone", "without --fuse-conv-bn, and report this with the config");
}

}  // namespace ph
