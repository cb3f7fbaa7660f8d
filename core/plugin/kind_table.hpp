#pragma once
#include <posehost/abi_draft.h>

#include <variant>

#include "plugin/library.hpp"

namespace ph {

/// The table of a component's kind, copied into the host's size.
using KindTable = std::variant<ph_optimizer_api, ph_schedule_api, ph_param_groups_api, ph_hook_api,
                               ph_metric_api, ph_transform_api>;

/// Throws Error(plugin): a kind that this host does not know, a size out of range, a function missing
/// that must be there, counts out of range, no capability that this host knows.
[[nodiscard]] KindTable copy_kind_table(const LoadedComponent& component);

}  // namespace ph
