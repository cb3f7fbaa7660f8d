#pragma once
// Private to core/config: rules of a run config that a schema cannot express.
#include "config/node.hpp"

namespace ph {

/// Refuses, by name, what mmpose configs may contain and posehost cannot do yet: before the schema,
/// which would only call it unknown.
void refuse_not_available(const Node& config);

/// Rules across keys, for a config that the schema has accepted.
void check_run_rules(const Node& config);

/// The part of it that says what `optimizer` may be.
void check_optimizers(const Node& config);

/// The part of it that says how long to train.
void check_run_length(const Node& config);

}  // namespace ph
