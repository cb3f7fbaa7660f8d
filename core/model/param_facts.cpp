#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/normalization.h>

#include "model/class_name.hpp"
#include "model/deform_conv.hpp"
#include "model/pose_model.hpp"

namespace ph {
namespace {

template <class... Impl>
bool is_any(const torch::nn::Module& module) {
  return (... || (dynamic_cast<const Impl*>(&module) != nullptr));
}

bool is_norm(const torch::nn::Module& m) {
  using namespace torch::nn;
  return is_any<BatchNorm1dImpl, BatchNorm2dImpl, BatchNorm3dImpl, InstanceNorm1dImpl, InstanceNorm2dImpl,
                InstanceNorm3dImpl, GroupNormImpl, LayerNormImpl>(m);
}

bool is_depthwise(const torch::nn::Module& module) {
  const auto* conv = dynamic_cast<const torch::nn::Conv2dImpl*>(&module);
  return conv && conv->options.in_channels() == conv->options.groups();
}

void visit(const torch::nn::Module& module, const std::string& prefix, bool in_dcn,
           std::vector<ParamFacts>& out) {
  for (const auto& own : module.named_parameters(/*recurse=*/false)) {
    ParamFacts facts;
    facts.module = prefix;
    facts.name = prefix.empty() ? own.key() : prefix + "." + own.key();
    facts.module_class = class_name(module);
    facts.is_norm = is_norm(module);
    facts.is_bias = own.key() == "bias";
    facts.is_depthwise = is_depthwise(module);
    facts.is_dcn = in_dcn;
    out.push_back(std::move(facts));
  }
  const bool is_dcn = is_any<DeformConv>(module);
  for (const auto& child : module.named_children()) {
    visit(*child.value(), prefix.empty() ? child.key() : prefix + "." + child.key(), is_dcn, out);
  }
}

}  // namespace

// "torch::nn::Conv2dImpl" -> "Conv2d"
std::string class_name(const torch::nn::Module& module) {
  auto name = module.name();
  if (const auto colon = name.rfind("::"); colon != std::string::npos) name.erase(0, colon + 2);
  if (name.size() > 4 && name.ends_with("Impl")) name.erase(name.size() - 4);
  return name;
}

std::vector<ParamFacts> param_facts(const torch::nn::Module& model) {
  std::vector<ParamFacts> facts;
  visit(model, "", false, facts);
  return facts;
}

}  // namespace ph
