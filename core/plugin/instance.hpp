#pragma once
#include <memory>
#include <string>

#include <posehost/abi.h>

#include "config/node.hpp"
#include "plugin/catalog.hpp"

namespace ph {

/// One live instance of a plugin component: its arguments checked against the schema, its ph_host,
/// the error text of its last failure. Destroyed through the component's own destroy.
class PluginInstance {
 public:
  /// Checks `args` (an object; "type" is allowed and left out) against the component's schema and creates
  /// it. Throws Error(config) for arguments that are wrong by the schema or that create refuses as
  /// invalid, Error(plugin) for a malformed table, when create fails otherwise, or throws across the ABI.
  PluginInstance(const LoadedComponent& component, const Node& args);
  ~PluginInstance();
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;

  [[nodiscard]] void* self() const noexcept;
  [[nodiscard]] const LoadedComponent& component() const noexcept;
  /// The arguments with defaults filled in.
  [[nodiscard]] const Node& args() const noexcept;
  [[nodiscard]] std::string qualified_name() const;

  /// Returns on PH_OK. Else throws an Error made of the status and the text that the plugin set, naming
  /// plugin, component, config place and the call `during` which it failed: Error(config) for invalid
  /// arguments, Error(environment) for files and memory, Error(plugin) for the rest. Any thread.
  void check(std::int32_t status, std::string_view during) const;

  /// The kind's table, copied into the host's size and checked by the constructor: functions that must
  /// be there are. T has to be that of the kind: ph_optimizer_api, ph_schedule_api, …
  template <class T>
  [[nodiscard]] const T& api() const {
    return *static_cast<const T*>(api_table());
  }

 private:
  void create();
  [[nodiscard]] const void* api_table() const noexcept;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// "invalid argument" for PH_ERR_INVALID_ARGUMENT; "status 99" for a code that this host does not know.
[[nodiscard]] std::string name_of_status(std::int32_t status);

[[nodiscard]] inline ph_str to_ph(std::string_view text) noexcept {
  return {text.data(), static_cast<std::int64_t>(text.size())};
}
[[nodiscard]] inline std::string_view from_ph(ph_str text) noexcept {
  return text.len > 0 ? std::string_view{text.data, static_cast<std::size_t>(text.len)} : std::string_view{};
}

}  // namespace ph
