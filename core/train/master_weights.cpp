#include "train/master_weights.hpp"

#include <torch/types.h>

namespace ph {
namespace {

// What autocast computes in 16 bits; a norm wants its parameters beside its statistics, and deformable
// convolutions compute in 32.
bool is_held_in_16(const ParamFacts& facts) {
  const auto has = [&](const char* word) { return facts.module_class.find(word) != std::string::npos; };
  return !facts.is_norm && !facts.is_dcn && !has("Deform") && (has("Conv") || has("Linear"));
}

}  // namespace

MasterWeights::MasterWeights(PoseModel& model, at::ScalarType type) {
  at::NoGradGuard no_grad;
  auto tensors = model.named_parameters();
  for (const auto& facts : param_facts(model)) {
    auto& held = tensors[facts.name];
    if (!is_held_in_16(facts) || held.scalar_type() != at::kFloat) continue;
    const auto master = held.detach().clone(at::MemoryFormat::Preserve);
    held.set_data(master.to(type, /*non_blocking=*/false, /*copy=*/true, at::MemoryFormat::Preserve));
    entries_[facts.name] = {held, master};
  }
}

at::Tensor MasterWeights::find(const std::string& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? at::Tensor() : found->second.master;
}

void MasterWeights::put_into(std::map<std::string, at::Tensor>& tensors) const {
  for (const auto& [name, entry] : entries_) tensors[name] = entry.master;
}

void MasterWeights::load(const std::map<std::string, at::Tensor>& saved) {
  at::NoGradGuard no_grad;
  for (auto& [name, entry] : entries_) entry.master.copy_(saved.at(name));
  round();
}

void MasterWeights::round() {
  at::NoGradGuard no_grad;
  for (auto& [name, entry] : entries_) entry.held.copy_(entry.master);
}

std::int64_t MasterWeights::bytes() const noexcept {
  std::int64_t bytes = 0;
  for (const auto& [name, entry] : entries_) bytes += static_cast<std::int64_t>(entry.master.nbytes());
  return bytes;
}

}  // namespace ph
