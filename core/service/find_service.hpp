#pragma once
#include <posehost/abi_draft.h>

#include <string_view>

#include "service/services.hpp"

namespace ph {

/// The process's service of that name as plugins ask for it; NULL: there is none. Random numbers are not
/// among them: each instance has its own.
[[nodiscard]] inline const void* find_service(std::string_view name) noexcept {
  const auto& all = services();
  if (name == PH_SERVICE_PARALLEL) return all.parallel;
  if (name == PH_SERVICE_VECTOR) return all.vector;
  if (name == PH_SERVICE_LINALG) return all.linalg;
  if (name == PH_SERVICE_ALL_REDUCE) return all.all_reduce;
  if (name == PH_SERVICE_TRAIN_PIPELINE) return all.train_pipeline;
  if (name == PH_SERVICE_PROFILE) return all.profile;
  if (name == PH_SERVICE_UPDATE) return all.update;
  if (name == PH_SERVICE_CUDA_LAUNCH) return all.cuda_launch;
  return nullptr;
}

}  // namespace ph
