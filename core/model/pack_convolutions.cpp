#include "model/pack_convolutions.hpp"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <optional>
#include <string>

namespace ph {
namespace {

namespace jit = torch::jit;
using Ints = std::vector<std::int64_t>;

std::optional<Ints> constant_ints(jit::Value* list) {
  if (const auto constant = jit::toIValue(list)) return constant->toIntVector();
  if (list->node()->kind() != jit::prim::ListConstruct) return std::nullopt;
  Ints ints;
  for (auto* item : list->node()->inputs()) {
    const auto constant = jit::toIValue(item);
    if (!constant || !constant->isInt()) return std::nullopt;
    ints.push_back(constant->toInt());
  }
  return ints;
}

std::optional<Ints> recorded_sizes(const jit::Value* tensor) {
  const auto type = tensor->type()->cast<c10::TensorType>();
  return type ? type->sizes().concrete_sizes() : std::nullopt;
}

/// The arguments of aten::_convolution.
struct Convolution {
  at::Tensor weight, bias;  // bias may be undefined
  Ints stride, padding, dilation, output_padding, input_size;
  bool transposed = false;
  std::int64_t groups = 1;
};

std::optional<Convolution> read_convolution(jit::Node* node) {
  if (node->kind() != jit::aten::_convolution) return std::nullopt;
  const auto weight = jit::toIValue(node->input(1));
  const auto bias = jit::toIValue(node->input(2));
  const auto transposed = jit::toIValue(node->input(6));
  const auto groups = jit::toIValue(node->input(8));
  const auto stride = constant_ints(node->input(3)), padding = constant_ints(node->input(4));
  const auto dilation = constant_ints(node->input(5)), output_padding = constant_ints(node->input(7));
  const auto size = recorded_sizes(node->input(0));
  if (!weight || !bias || !transposed || !groups || !stride || !padding || !dilation || !output_padding ||
      !size)
    return std::nullopt;
  const auto& tensor = weight->toTensor();
  const bool type = tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kBFloat16;
  if (!tensor.is_cpu() || tensor.dim() != 4 || !type) return std::nullopt;
  return Convolution{tensor,         bias->isTensor() ? bias->toTensor() : at::Tensor(),
                     *stride,        *padding,
                     *dilation,      *output_padding,
                     *size,          transposed->toBool(),
                     groups->toInt()};
}

at::Tensor reordered(const Convolution& conv) {
  const auto call = [](const char* name, auto... arguments) {
    jit::Stack stack{arguments...};
    c10::Dispatcher::singleton().findSchemaOrThrow(name, "").callBoxed(stack);
    return stack.front().toTensor();
  };
  if (conv.transposed)
    return call("mkldnn::_reorder_convolution_transpose_weight", jit::IValue(conv.weight),
                jit::IValue(conv.padding), jit::IValue(conv.output_padding), jit::IValue(conv.stride),
                jit::IValue(conv.dilation), jit::IValue(conv.groups), jit::IValue(conv.input_size));
  return call("mkldnn::_reorder_convolution_weight", jit::IValue(conv.weight), jit::IValue(conv.padding),
              jit::IValue(conv.stride), jit::IValue(conv.dilation), jit::IValue(conv.groups),
              jit::IValue(conv.input_size));
}

/// What follows a convolution and can be computed with it.
struct Followers {
  jit::Node* last;              // whose output takes the call's place
  jit::Value* other = nullptr;  // added before the ReLU
  bool relu = false;
};

jit::Node* only_user(const jit::Node* node) {
  const auto& uses = node->output()->uses();
  return uses.size() == 1 && uses.front().user->owningBlock() == node->owningBlock() ? uses.front().user
                                                                                     : nullptr;
}

bool is_relu(const jit::Node* node) { return node && node->kind() == jit::aten::relu; }

bool is_plain_addition(const jit::Node* node, jit::Value* a, jit::Value* b) {
  const auto scale = jit::toIValue(node->input(2));
  const auto sizes = recorded_sizes(a);
  return scale && scale->isInt() && scale->toInt() == 1 && sizes && sizes == recorded_sizes(b);
}

Followers followers_of(jit::Node* conv, bool transposed) {
  Followers found{conv};
  auto* next = only_user(conv);
  // oneDNN's transposed convolution adds nothing.
  if (next && !transposed && next->kind() == jit::aten::add && next->inputs().size() == 3) {
    auto* other = next->input(next->input(0) == conv->output() ? 1 : 0);
    if (other != conv->output() && is_plain_addition(next, conv->output(), other)) {
      found = {next, other};
      next = only_user(next);
    }
  }
  if (is_relu(next)) found = {next, found.other, true};
  return found;
}

jit::Value* insert_call(jit::Graph& graph, const Convolution& conv, const Followers& followers,
                        jit::Value* img, jit::Value* weight) {
  const jit::IValue none;
  const jit::IValue bias = conv.bias.defined() ? jit::IValue(conv.bias) : none;
  const jit::IValue no_scalars = c10::List<std::optional<at::Scalar>>();
  const std::string relu = followers.relu ? "relu" : "none";
  const auto call = [&](const char* name, const std::vector<jit::NamedValue>& arguments) {
    return graph.insert(jit::Symbol::fromQualString(name), arguments);
  };
  const auto value = [](const jit::IValue& constant) { return jit::NamedValue(constant); };
  if (conv.transposed)
    return call(
        "mkldnn::_convolution_transpose_pointwise",
        {img, weight, value(bias), value(conv.padding), value(conv.output_padding), value(conv.stride),
         value(conv.dilation), value(conv.groups), value(relu), value(no_scalars), value(none)});
  if (!followers.other)
    return call("mkldnn::_convolution_pointwise",
                {img, weight, value(bias), value(conv.padding), value(conv.stride), value(conv.dilation),
                 value(conv.groups), value(relu), value(no_scalars), value(none)});
  return call("mkldnn::_convolution_pointwise",
              {img, followers.other, weight, value(bias), value(conv.padding), value(conv.stride),
               value(conv.dilation), value(conv.groups), value("add"), value(at::Scalar(1)),
               followers.relu ? value("relu") : value(none), value(no_scalars), value(none)});
}

}  // namespace

std::vector<at::Tensor> pack_convolutions(const std::shared_ptr<torch::jit::Graph>& graph) {
  std::vector<jit::Node*> nodes;
  for (auto* node : graph->nodes()) nodes.push_back(node);
  std::vector<at::Tensor> packed;
  for (auto* node : nodes) {
    const auto conv = read_convolution(node);
    if (!conv) continue;
    const auto followers = followers_of(node, conv->transposed);
    auto* const weight = graph->addInput();
    packed.push_back(reordered(*conv));
    const jit::WithInsertPoint here(followers.last);
    auto* const result = insert_call(*graph, *conv, followers, node->input(0), weight);
    result->setType(followers.last->output()->type());  // the recorded sizes, which later ones are matched by
    followers.last->output()->replaceAllUsesWith(result);
  }
  jit::EliminateDeadCode(graph);
  return packed;
}

}  // namespace ph
