#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <posehost/abi.h>

#include "plugin/note.hpp"

namespace ph {

/// A component of a loaded library: the plugin's structs copied into the host's sizes.
struct LoadedComponent {
  ph_component component{};  ///< zero-filled beyond what the plugin wrote
  std::string kind, name, doc, schema;
  std::string plugin_id, plugin_version;
  std::filesystem::path file;
};

/// Judges the bytes that are about to be loaded, by their SHA-256; refuses them by throwing Error(plugin).
using HashCheck = std::function<void(const PluginNote& note, const std::string& sha256)>;

/// One plugin file: opened, its version agreed on, and never closed before the process ends. Copies
/// share it. Open on the main thread; accessors are safe from any thread.
class PluginLibrary {
 public:
  /// Loads `path` (absolute, RTLD_NOW | RTLD_LOCAL) after its note has been read and judged. Throws
  /// Error(plugin): not an ELF file, no note, no entry, another major version, needs a newer host,
  /// unknown must-understand bits, sizes out of range, note and descriptor that differ.
  /// With a `check` the bytes that it judged are those that are loaded, from a copy (held_file.hpp).
  [[nodiscard]] static PluginLibrary open(const std::filesystem::path& path, const HashCheck& check = {});
  [[nodiscard]] const PluginNote& note() const noexcept;
  [[nodiscard]] const std::vector<LoadedComponent>& components() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace ph
