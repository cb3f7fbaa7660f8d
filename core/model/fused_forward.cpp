#include "model/fused_forward.hpp"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/passes/frozen_conv_folding.h>
#include <torch/csrc/jit/passes/shape_analysis.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/utils.h>

#include <algorithm>

#include "model/lower_precision.hpp"
#include "model/pack_convolutions.hpp"
#include "system/limits.hpp"

namespace ph {
namespace {

// Rounding, relative to the largest output: each of some hundred layers adds a few units in the last place.
constexpr double tolerance = 1e-3;

double largest_of(const at::Tensor& tensor) { return tensor.abs().max().item<double>(); }

class NoAutocast {
 public:
  NoAutocast() : was_{at::autocast::is_autocast_enabled(at::kCPU)} {
    at::autocast::set_autocast_enabled(at::kCPU, false);
  }
  ~NoAutocast() { at::autocast::set_autocast_enabled(at::kCPU, was_); }
  NoAutocast(const NoAutocast&) = delete;
  NoAutocast& operator=(const NoAutocast&) = delete;

 private:
  bool was_;
};

}  // namespace

struct FusedForward::Graph {
  torch::jit::GraphExecutor executor;
  std::vector<at::Tensor> weights;  // inputs after the image
  at::Tensor run(const at::Tensor& img) {
    const NoAutocast as_recorded;
    torch::jit::Stack stack{img};
    stack.insert(stack.end(), weights.begin(), weights.end());
    executor.run(stack);
    return stack.front().toTensor();
  }
};

FusedForward::FusedForward(std::shared_ptr<PoseModel> model, at::ScalarType type)
    : model_{std::move(model)}, type_{type} {
  model_->eval();
  // Tensors that need a gradient cannot be constants of a graph.
  for (auto& parameter : model_->parameters()) parameter.set_requires_grad(false);
}

FusedForward::~FusedForward() = default;

bool FusedForward::supports(at::ScalarType type, const c10::Device& device) {
  return type == at::kFloat || (type == at::kBFloat16 && device.is_cpu() && cpu_has_bf16());
}

// What the plain pass gives in float32 while it is recorded.
at::Tensor FusedForward::record(const at::Tensor& img, Shape& shape) {
  const NoAutocast in_float32;
  const auto run = [this](torch::jit::Stack inputs) {
    return torch::jit::Stack{model_->forward(inputs.front().toTensor())};
  };
  const auto no_names = [](const torch::autograd::Variable&) { return std::string(); };
  auto [state, outputs] =
      torch::jit::tracer::trace({img}, run, no_names, /*strict=*/true, /*force_outplace=*/true);
  auto graph = state->graph;
  torch::jit::FoldFrozenConvBatchnorm(graph);
  if (type_ != at::kFloat && !lower_precision(graph, type_)) return outputs.front().toTensor();
  auto weights = img.is_cpu() && at::hasMKLDNN() ? pack_convolutions(graph) : std::vector<at::Tensor>();
  torch::jit::EraseShapeInformation(graph);  // it says float32
  torch::jit::GraphExecutor executor(graph, "forward", torch::jit::ExecutorExecutionMode::SIMPLE);
  shape.graph = std::make_unique<Graph>(Graph{std::move(executor), std::move(weights)});
  return outputs.front().toTensor();
}

// How far from float32 the fused pass may be: a lower precision by twice as much as the plain pass is.
double FusedForward::allowed(const at::Tensor& img, const at::Tensor& exact) const {
  const auto rounding = tolerance * std::max(largest_of(exact), 1e-6);
  return type_ == at::kFloat ? rounding
                             : rounding + 2 * largest_of(model_->forward(img).to(at::kFloat) - exact);
}

at::Tensor FusedForward::operator()(const at::Tensor& img) {
  constexpr int plain_calls = 2;
  torch::NoGradGuard no_grad;
  auto& shape = shapes_[img.sizes().vec()];
  if (shape.graph) return shape.graph->run(img);
  const bool recording = shape.calls++ == plain_calls;
  const auto exact = recording ? record(img, shape) : at::Tensor();
  if (!shape.graph) return model_->forward(img).to(at::kFloat);
  const auto output = shape.graph->run(img);
  const auto apart = largest_of(output - exact), largest = largest_of(exact);
  if (apart <= allowed(img, exact) || largest != largest) return output;
  throw Error(ErrorKind::internal, "the network computes something else with its norms fused",
              "outputs up to " + std::to_string(largest) + " that differ by " + std::to_string(apart),
              "rounding alone", "--plain, or without --fuse-conv-bn, and report this with the config");
}

}  // namespace ph
