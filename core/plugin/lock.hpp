#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "plugin/note.hpp"

namespace ph {

/// posehost.lock.json: which bytes a run of the configs beside it may load as plugins. One entry a plugin
/// id. `posehost plugin lock` writes it, `posehost run --locked` loads nothing else.
class PluginLock {
 public:
  struct Entry {
    std::string id, version, file, sha256;  ///< `version` and `file` are for people
  };
  static constexpr const char* file_name = "posehost.lock.json";

  PluginLock() = default;
  /// Throws Error(config): missing, malformed, of a newer format; Error(plugin): others can write it.
  [[nodiscard]] static PluginLock read(const std::filesystem::path& file);
  /// Written whole or not at all, entries by id. Throws Error(environment).
  void write(const std::filesystem::path& file) const;

  /// Sets the entry of the plugin; false when it already said the same hash.
  bool set(const PluginNote& note, const std::string& sha256);
  /// Throws Error(plugin) unless the plugin is in the lock with this hash.
  void check(const PluginNote& note, const std::string& sha256) const;

  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }

 private:
  [[nodiscard]] const Entry* find(const std::string& id) const noexcept;
  std::vector<Entry> entries_;
  std::filesystem::path file_;
};

/// Where the lock of a config is: beside it.
[[nodiscard]] std::filesystem::path lock_file_of(const std::filesystem::path& config);

}  // namespace ph
