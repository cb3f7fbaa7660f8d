#include "model/lower_precision.hpp"

#include <torch/csrc/jit/ir/constants.h>

#include <string>
#include <vector>

namespace ph {
namespace {

namespace jit = torch::jit;

jit::Value* converted(jit::Graph& graph, jit::Value* tensor, at::ScalarType type) {
  return graph.insert(jit::aten::to, {tensor, static_cast<std::int64_t>(type), false, false, jit::IValue()});
}

bool has_foreign_operator(const jit::Graph& graph) {
  for (const auto* node : graph.nodes()) {
    const std::string space = node->kind().ns().toUnqualString();
    if (space != "aten" && space != "prim") return true;
  }
  return false;
}

void convert_constants(jit::Graph& graph, at::ScalarType type) {
  std::vector<jit::Node*> constants;
  for (auto* node : graph.nodes()) {
    if (node->kind() == jit::prim::Constant) constants.push_back(node);
  }
  for (auto* node : constants) {
    const auto constant = jit::toIValue(node->output());
    if (!constant || !constant->isTensor() || constant->toTensor().scalar_type() != at::kFloat) continue;
    const jit::WithInsertPoint here(node);
    node->output()->replaceAllUsesWith(graph.insertConstant(constant->toTensor().to(type)));
    node->destroy();
  }
}

}  // namespace

bool lower_precision(const std::shared_ptr<torch::jit::Graph>& graph, at::ScalarType type) {
  if (has_foreign_operator(*graph)) return false;
  convert_constants(*graph, type);
  {
    auto* const img = graph->inputs().front();
    const jit::WithInsertPoint here(*graph->nodes().begin());
    auto* const lower = converted(*graph, img, type);
    lower->setType(img->type()->expect<c10::TensorType>()->withScalarType(type));
    img->replaceAllUsesAfterNodeWith(lower->node(), lower);
  }
  const jit::WithInsertPoint here(graph->return_node());
  graph->return_node()->replaceInput(0, converted(*graph, graph->outputs().front(), at::kFloat));
  return true;
}

}  // namespace ph
