#include "train/hook_slots.hpp"

#include <torch/nn/module.h>
#include <torch/types.h>

#include "train/master_weights.hpp"

namespace ph {

NamedTensors tensors_of(const torch::nn::Module& model, const MasterWeights& masters, std::uint32_t source) {
  NamedTensors all;
  if (source & PH_SOURCE_PARAMETERS) {
    for (const auto& item : model.named_parameters()) {
      const auto master = masters.find(item.key());
      all.emplace_back(item.key(), master.defined() ? master : item.value().detach());
    }
  }
  if (source & PH_SOURCE_BUFFERS) {
    for (const auto& item : model.named_buffers()) all.emplace_back(item.key(), item.value());
  }
  return all;
}

void HookSlots::make(const torch::nn::Module& model, const MasterWeights& masters) {
  at::NoGradGuard no_grad;
  tensors_.clear();
  for (const auto& info : infos_) {
    auto tensors = tensors_of(model, masters, info.source);
    for (auto& [name, tensor] : tensors) {
      // Strides as the source has them: element i of one is element i of the other.
      auto own = at::empty_like(tensor, at::MemoryFormat::Preserve);
      tensor = info.init == PH_SLOT_COPY ? own.copy_(tensor) : own.zero_();
    }
    tensors_.push_back(std::move(tensors));
  }
}

const NamedTensors* HookSlots::slot(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (infos_[i].name == name) return &tensors_[i];
  }
  return nullptr;
}

void HookSlots::save(const std::string& prefix, std::map<std::string, at::Tensor>& into) const {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    for (const auto& [name, tensor] : tensors_[i]) into[prefix + infos_[i].name + "/" + name] = tensor;
  }
}

void HookSlots::load(const std::string& prefix, const std::map<std::string, at::Tensor>& saved,
                     const std::string& file) {
  at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const auto slot = prefix + infos_[i].name + "/";
    const auto first = saved.lower_bound(slot);
    if (first == saved.end() || first->first.compare(0, slot.size(), slot) != 0) continue;
    for (auto& [name, tensor] : tensors_[i]) {
      const auto found = saved.find(slot + name);
      if (found == saved.end() || found->second.sizes() != tensor.sizes()) {
        throw Error(ErrorKind::data, file + ": the state of a hook does not fit this model",
                    slot + name + (found == saved.end() ? " is missing" : " has another shape"),
                    "one tensor for each of the model's",
                    "the config that made the checkpoint, or --load-from to start anew from its weights");
      }
      tensor.copy_(found->second);
    }
  }
}

}  // namespace ph
