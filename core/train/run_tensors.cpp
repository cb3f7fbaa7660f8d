#include "train/run_tensors.hpp"

#include <torch/types.h>

#include "train/dtype.hpp"
#include "train/run_plan.hpp"

namespace ph {
namespace {

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

// "hook/ema/conv.weight" -> "hook", "ema/conv.weight".
std::pair<std::string_view, std::string_view> split(std::string_view name) {
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return {{}, name};
  return {name.substr(0, slash), name.substr(slash + 1)};
}

}  // namespace

std::optional<NamedTensors> RunTensors::below(std::string_view prefix) const {
  const auto [kind, rest] = split(prefix);
  NamedTensors found;
  const auto add = [&, rest = rest](const std::string& start, const NamedTensors& all) {
    for (const auto& [name, tensor] : all) {
      auto whole = start + name;
      if (tensor.defined() && begins(whole, prefix)) found.emplace_back(std::move(whole), tensor);
    }
  };
  if (kind == "param" || kind == "model") touched_ = touched_ || plan_.hooks.may_mutate();
  if (kind == "param") {
    add("param/", tensors_of(*plan_.model, plan_.masters, PH_SOURCE_PARAMETERS));
  } else if (kind == "grad") {
    for (const auto& item : plan_.model->named_parameters())
      add("grad/", {{item.key(), item.value().grad()}});
  } else if (kind == "buffer") {
    add("buffer/", tensors_of(*plan_.model, plan_.masters, PH_SOURCE_BUFFERS));
  } else if (kind == "model") {
    add("model/", tensors_of(*plan_.model, plan_.masters, PH_SOURCE_PARAMETERS | PH_SOURCE_BUFFERS));
  } else if (kind == "hook" || kind == "slot") {
    const auto [slot, name] = split(rest);
    if (slot.empty()) return std::nullopt;
    const auto start = std::string(kind) + "/" + std::string(slot) + "/";
    if (kind == "hook") {
      const auto* own = plan_.hooks.slot(slot);
      if (!own) return std::nullopt;
      add(start, *own);
    } else {
      for (const auto& [part, optimizer, first] : plan_.optimizers->members()) {
        for (const auto& param : optimizer->params()) {
          const auto& key = param.facts.name;
          if (begins(key, name) || begins(name, key)) add(start, {{key, optimizer->slot(slot, key)}});
        }
      }
      if (found.empty()) return std::nullopt;
    }
  } else if (kind == "batch" || kind == "output") {
    for (const auto& [name, tensor] : batch) {
      if (begins(name, prefix)) found.emplace_back(name, tensor);
    }
  } else {
    return std::nullopt;
  }
  return found;
}

at::Tensor RunTensors::find(std::string_view name) const {
  const auto all = below(name);
  if (!all) return {};
  for (const auto& [known, tensor] : *all) {
    if (known == name) return tensor;
  }
  return {};
}

ph_tensor RunTensors::view_of(const at::Tensor& tensor) {
  ph_tensor view{};
  view.size = sizeof view;
  view.data = tensor.data_ptr();
  view.dtype = dtype_of(tensor);
  view.device_type = tensor.is_cuda() ? PH_DEVICE_CUDA : PH_DEVICE_CPU;
  view.device_id = tensor.is_cuda() ? tensor.get_device() : 0;
  view.ndim = static_cast<std::int32_t>(tensor.dim());
  view.shape = tensor.sizes().data();
  view.strides = tensor.strides().data();
  return view;
}

std::int32_t RunTensors::visit(std::string_view prefix, ph_visit_tensor visit, void* user) const {
  const auto all = below(prefix);
  if (!all) return PH_ERR_NOT_FOUND;
  for (const auto& [name, tensor] : *all) {
    const auto view = view_of(tensor);
    visit(user, to_ph(name), &view);
  }
  return PH_OK;
}

bool RunTensors::may_write(std::string_view prefix) const noexcept {
  return begins(prefix, "hook/") || plan_.hooks.may_mutate();
}

std::int32_t RunTensors::match(std::string_view one, std::string_view other, std::vector<Pair>& pairs) const {
  const auto first = below(one), second = below(other);
  if (!first || !second) return PH_ERR_NOT_FOUND;
  std::map<std::string_view, const at::Tensor*> by_rest;
  for (const auto& [name, tensor] : *second) by_rest[std::string_view(name).substr(other.size())] = &tensor;
  for (const auto& [name, tensor] : *first) {
    const auto found = by_rest.find(std::string_view(name).substr(one.size()));
    if (found == by_rest.end()) return PH_ERR_NOT_FOUND;
    const auto& match = *found->second;
    if (match.sizes() != tensor.sizes()) return PH_ERR_INVALID_ARGUMENT;
    if (match.numel() > 0 && match.data_ptr() == tensor.data_ptr()) return PH_ERR_INVALID_ARGUMENT;
    pairs.push_back({tensor, match});
  }
  return pairs.empty() ? PH_ERR_NOT_FOUND : PH_OK;
}

std::int32_t RunTensors::combine(std::string_view to, double a, std::string_view from, double b) {
  at::NoGradGuard no_grad;
  if (!may_write(to)) return PH_ERR_UNSUPPORTED;
  std::vector<Pair> pairs;
  if (const auto status = match(to, from, pairs); status != PH_OK) return status;
  for (auto& [target, source] : pairs) {
    if (!target.is_floating_point()) {
      if (b != 0) target.copy_(source);
    } else if (a == 0) {
      target.copy_(source);
      if (b != 1) target.mul_(b);
    } else {
      if (a != 1) target.mul_(a);
      target.add_(source, b);
    }
  }
  return PH_OK;
}

std::int32_t RunTensors::swap(std::string_view one, std::string_view other) {
  at::NoGradGuard no_grad;
  if (!may_write(one) || !may_write(other)) return PH_ERR_UNSUPPORTED;
  std::vector<Pair> pairs;
  if (const auto status = match(one, other, pairs); status != PH_OK) return status;
  for (auto& [left, right] : pairs) {
    const auto kept = left.clone();
    left.copy_(right);
    right.copy_(kept);
  }
  return PH_OK;
}

std::int32_t RunTensors::set_requires_grad(std::string_view param, bool on) {
  if (!plan_.hooks.may_mutate()) return PH_ERR_UNSUPPORTED;
  for (const auto& member : plan_.optimizers->members()) {
    for (const auto& known : member.optimizer->params()) {
      if (known.facts.name != param) continue;
      auto tensor = known.tensor;
      tensor.requires_grad_(on);
      return PH_OK;
    }
  }
  return PH_ERR_NOT_FOUND;
}

}  // namespace ph
