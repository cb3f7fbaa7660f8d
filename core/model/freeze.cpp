// Parts of a network that are not trained.
#include <algorithm>

#include "model/pose_model.hpp"

namespace ph {

void PoseModel::freeze(const std::set<std::string>& names) {
  for (auto& item : named_parameters()) {
    if (names.count(item.key()) != 0) item.value().set_requires_grad(false);
  }
  for (const auto& item : named_modules({}, /*include_self=*/false)) {
    const auto& module = item.value();
    const auto own = module->named_parameters(/*recurse=*/false);
    const bool has_statistics = module->named_buffers(/*recurse=*/false).contains("running_mean");
    if (!has_statistics || own.is_empty()) continue;
    const bool frozen = std::all_of(own.begin(), own.end(), [&](const auto& param) {
      return names.count(item.key() + "." + param.key()) != 0;
    });
    if (frozen) frozen_norms_.push_back(module);
  }
  train(is_training());
}

void PoseModel::train(bool on) {
  Module::train(on);
  for (const auto& norm : frozen_norms_) norm->eval();
}

}  // namespace ph
