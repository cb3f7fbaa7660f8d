#pragma once
#include <posehost/abi_draft.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ph {

/// Services for hooks of a training run; elsewhere they note what is asked for, and nobody looks.
[[nodiscard]] const ph_train_pipeline* train_pipeline_service() noexcept;
[[nodiscard]] const ph_profile* profile_service() noexcept;
[[nodiscard]] const ph_update* update_service() noexcept;

/// A hook's wish for another training pipeline.
struct PipelineRequest {
  std::int64_t first_epoch;
  std::string pipeline;  ///< JSON text, as the hook gave it
};

/// What hooks asked for while they were made, since the last call; earliest epoch first. Main thread.
[[nodiscard]] std::vector<PipelineRequest> take_pipeline_requests();

/// What a hook wants to become of the current iteration.
struct UpdateRequest {
  bool skip = false;
  std::optional<std::string> fail;  ///< why
};

/// What was asked for since the last call. Main thread.
[[nodiscard]] UpdateRequest take_update_request();

}  // namespace ph
