#pragma once
#include <memory>
#include <optional>

#include "model/keypoint_loss.hpp"
#include "model/pose_head.hpp"

namespace ph {

/// The loss of a head: its own `loss_keypoint`, else the model's. Throws Error(config) when there is none
/// and when it compares something else than the head's `wanted`.
[[nodiscard]] std::shared_ptr<KeypointLoss> make_head_loss(const std::optional<Node>& own,
                                                           const HeadContext& context, LossInput wanted);

}  // namespace ph
