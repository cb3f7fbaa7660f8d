#pragma once
#include <posehost/abi_draft.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/library.hpp"
#include "plugin/note.hpp"

namespace ph {

/// Bits of ph_plugin.must_understand that this host knows.
inline constexpr std::uint64_t understood_bits = 0;

/// "0.9".
[[nodiscard]] std::string abi_version(std::uint32_t major, std::uint32_t minor);

/// Whether this host may use a plugin, by its note alone. Throws Error(plugin): another major version,
/// needs a newer host, unknown must-understand bits, versions that make no sense.
void judge_note(const PluginNote& note);

/// Bytes of a struct that every maker has to provide: its size in the first released version, 0.9.
template <class T>
inline constexpr std::size_t floor_of = 0;
#define PH_FLOOR(type, last) \
  template <>                \
  inline constexpr std::size_t floor_of<type> = offsetof(type, last) + sizeof(type::last)
PH_FLOOR(ph_plugin, n_components);
PH_FLOOR(ph_component, get_extension);
PH_FLOOR(ph_hyper, flags);
PH_FLOOR(ph_slot, flags);
PH_FLOOR(ph_slots, n_slots);
PH_FLOOR(ph_hook_info, flags);
PH_FLOOR(ph_hook_slot, init);
PH_FLOOR(ph_hook_slots, n_slots);
PH_FLOOR(ph_optimizer_api, range);
PH_FLOOR(ph_schedule_api, value);
PH_FLOOR(ph_param_groups_api, build);
PH_FLOOR(ph_hook_api, load_state);
PH_FLOOR(ph_metric_api, evaluate);
PH_FLOOR(ph_transform_api, apply);
#undef PH_FLOOR

/// Throws Error(plugin) when `size` is no plausible size of the struct `what` of at least `floor` bytes.
void check_struct_size(std::uint32_t size, std::size_t floor, std::string_view what,
                       const std::filesystem::path& file);

/// A struct that a plugin made, copied into the host's: what the plugin did not know is zero, what the
/// host does not know is left out. `from` is not NULL.
template <class T>
[[nodiscard]] T copy_struct(const void* from, std::string_view what, const std::filesystem::path& file) {
  std::uint32_t size = 0;
  std::memcpy(&size, from, sizeof size);
  check_struct_size(size, floor_of<T>, what, file);
  T own{};
  std::memcpy(&own, from, size < sizeof(T) ? size : sizeof(T));
  return own;
}

/// The components of a descriptor, checked one by one and against the note of the file, which must say
/// the same. Throws Error(plugin).
[[nodiscard]] std::vector<LoadedComponent> read_descriptor(const ph_plugin* descriptor,
                                                           const PluginNote& note);

}  // namespace ph
