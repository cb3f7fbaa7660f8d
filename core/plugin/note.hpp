#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ph {

/// What a plugin file says of itself, read from its ELF notes without running any of its code.
struct ComponentNote {
  std::string kind;  ///< "posehost.optimizer/0"
  std::string name, doc, schema;
  /// Names of its arguments, by the schema.
  [[nodiscard]] std::vector<std::string> arguments() const;
};
struct PluginNote {
  std::filesystem::path file;
  std::uint32_t abi_major = 0, abi_minor = 0, min_host_minor = 0;
  std::uint64_t must_understand = 0;
  std::string id, version, license, author, libraries;
  std::vector<ComponentNote> components;
};

/// Reads and checks the notes of `file`. Every offset is bounds-checked; notes above 4 MiB in all are
/// refused. Throws Error(plugin): unreadable, not ELF, another machine, no note, malformed.
[[nodiscard]] PluginNote read_note(const std::filesystem::path& file);

}  // namespace ph
