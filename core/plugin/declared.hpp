#pragma once
#include <posehost/abi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "plugin/instance.hpp"

namespace ph {

/// A hyper-parameter as an optimizer declares it; the index is its place in ph_scalars_args.hyper.
struct HyperInfo {
  std::string name, pointer;
  std::int32_t role = PH_ROLE_NONE;
  bool per_group = false, schedulable = false;
  double initial = 0;  ///< its value in the arguments
};

/// A piece of state, as ph_slot says.
struct SlotInfo {
  std::string name;
  std::int32_t dtype = PH_SLOT_AS_PARAM, shape = PH_SLOT_SHAPE_PARAM, init = PH_SLOT_ZEROS;
  std::int64_t count = 1;
  std::int32_t axis = 0, min_ndim = 0, max_ndim = 0;
};

/// Tensors that a hook owns.
struct HookSlotInfo {
  std::string name;
  std::uint32_t source = PH_SOURCE_PARAMETERS;
  std::int32_t init = PH_SLOT_COPY;
};

/// What `table` of `component` declares, with the values in `args`. Throws Error(plugin): malformed, names
/// or roles twice, a pointer that leads to no number.
[[nodiscard]] std::vector<HyperInfo> read_hypers(const ph_optimizer_api& table,
                                                 const LoadedComponent& component, const Node& args);

/// The hyper-parameters of an optimizer instance.
[[nodiscard]] std::vector<HyperInfo> hypers_of(const PluginInstance& optimizer);
/// Asks an optimizer instance for its slots; once. Throws Error(plugin) when it fails or they are malformed.
[[nodiscard]] std::vector<SlotInfo> slots_of(const PluginInstance& optimizer);
/// Asks a hook instance for stages, priority and flags; once. Throws Error(plugin): it fails, wants stages
/// that this host does not have, a priority outside 0 to 100.
[[nodiscard]] ph_hook_info hook_info_of(const PluginInstance& hook);
/// Asks a hook instance for its slots; once. Throws Error(plugin) when it fails or they are malformed.
[[nodiscard]] std::vector<HookSlotInfo> hook_slots_of(const PluginInstance& hook);

}  // namespace ph
