#include "train/gradients.hpp"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>

#include <algorithm>
#include <limits>
#include <set>

namespace ph {
namespace {

void check_kind(const Node& section, const char* key, const char* part) {
  const auto type = section.find("type");
  if (!section.has(key) || !type || type->string().find(part) != std::string::npos) return;
  throw section.at(key).error(type->string() + " has no " + key,
                              std::string("a type with ") + part + " in its name, or no type");
}

double read_norm_type(const Node& value) {
  if (!value.is_string()) return value.f64();
  if (value.string() == "inf") return std::numeric_limits<double>::infinity();
  throw value.error("no kind of norm", "a number above 0, or \"inf\"");
}

void read_clipping(const Node& clip, GradientRules& rules) {
  if (clip.has("max_norm") == clip.has("clip_value")) {
    throw clip.error("clipping by norm or by value?", "max_norm or clip_value, one of them",
                     "{\"max_norm\": 35, \"norm_type\": 2}");
  }
  if (clip.has("clip_value")) {
    rules.clip_value = clip.at("clip_value").f64();
    for (const char* key : {"norm_type", "error_if_nonfinite"}) {
      if (clip.has(key))
        throw clip.at(key).error("clip_value has no " + std::string(key), "clip_value alone");
    }
    return;
  }
  rules.max_norm = clip.at("max_norm").f64();
  if (clip.has("norm_type")) rules.norm_type = read_norm_type(clip.at("norm_type"));
  rules.error_if_nonfinite = clip.has("error_if_nonfinite") && clip.at("error_if_nonfinite").boolean();
}

}  // namespace

GradientRules GradientRules::read(const Node& config) {
  GradientRules rules;
  const auto fp16 = config.find("fp16");
  if (const auto section = config.find("optimizer_config")) {
    check_kind(*section, "cumulative_iters", "Cumulative");
    check_kind(*section, "loss_scale", "Fp16");
    if (section->has("cumulative_iters")) rules.cumulative_iters = section->at("cumulative_iters").i64();
    if (const auto clip = section->find("grad_clip")) read_clipping(*clip, rules);
    rules.detect_anomalous_params =
        section->has("detect_anomalous_params") && section->at("detect_anomalous_params").boolean();
    const bool of_fp16 =
        section->has("type") && section->at("type").string().find("Fp16") != std::string::npos;
    if (of_fp16 && fp16) throw fp16->error("optimizer_config is of fp16 already", "one of the two");
    if (section->has("loss_scale")) {
      rules.scaler.emplace(section->at("loss_scale"));
    } else if (of_fp16) {
      rules.scaler.emplace(section->with(512.0));
    }
  }
  if (fp16) rules.scaler.emplace(fp16->has("loss_scale") ? fp16->at("loss_scale") : fp16->with(512.0));
  return rules;
}

std::int64_t GradientRules::loss_factor(std::int64_t iter, std::int64_t max_iters) const noexcept {
  const auto remainder = max_iters % cumulative_iters;
  return iter < max_iters - remainder ? cumulative_iters : remainder;
}

bool GradientRules::update_due(std::int64_t iter, std::int64_t max_iters) const noexcept {
  return (iter + 1) % cumulative_iters == 0 || iter + 1 == max_iters;
}

std::vector<std::string> GradientRules::notes(const RunLength& length) const {
  std::vector<std::string> all;
  if (cumulative_iters > 1) {
    const auto remainder = length.max_iters % cumulative_iters;
    all.push_back("an update every " + std::to_string(cumulative_iters) +
                  " iterations; batch norm sees single batches" +
                  (remainder ? "; the last " + std::to_string(remainder) + " make an update of their own"
                             : std::string()));
  }
  if (scaler) {
    all.emplace_back("losses are scaled; the precision is runtime.precision's, which fp16 does not change");
  }
  return all;
}

at::Tensor clip_by_norm(std::vector<at::Tensor>& gradients, double max_norm, double norm_type) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> norms;
  for (const auto& gradient : gradients) norms.push_back(at::linalg_vector_norm(gradient, norm_type));
  const auto total = at::linalg_vector_norm(at::stack(norms), norm_type);
  const auto scale = (max_norm / (total + 1e-6)).clamp_max(1.0);
  for (auto& gradient : gradients) gradient.mul_(scale);
  return total;
}

void clip_by_value(std::vector<at::Tensor>& gradients, double limit) {
  const at::NoGradGuard no_grad;
  for (auto& gradient : gradients) gradient.clamp_(-limit, limit);
}

bool unscale(std::vector<at::Tensor>& gradients, double scale) {
  const at::NoGradGuard no_grad;
  if (gradients.empty()) return false;
  const auto options = gradients.front().options().dtype(at::kFloat);
  auto overflow = at::zeros({}, options);
  at::_amp_foreach_non_finite_check_and_unscale_(gradients, overflow, at::full({}, 1 / scale, options));
  return overflow.item<float>() != 0;
}

std::vector<std::string> outside_graph(const at::Tensor& loss, const PoseModel& model) {
  std::set<const torch::autograd::Node*> visited;
  std::set<const void*> inside;
  std::vector<torch::autograd::Node*> next{loss.grad_fn().get()};
  while (!next.empty()) {
    auto* node = next.back();
    next.pop_back();
    if (node == nullptr || !visited.insert(node).second) continue;
    if (const auto* leaf = dynamic_cast<torch::autograd::AccumulateGrad*>(node))
      inside.insert(leaf->variable.unsafeGetTensorImpl());
    for (const auto& edge : node->next_edges()) next.push_back(edge.function.get());
  }
  std::vector<std::string> names;
  for (const auto& item : model.named_parameters()) {
    const auto& tensor = item.value();
    if (tensor.requires_grad() && inside.count(tensor.unsafeGetTensorImpl()) == 0)
      names.push_back(item.key() + " with shape " + c10::str(tensor.sizes()));
  }
  return names;
}

}  // namespace ph
