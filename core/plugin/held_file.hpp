#pragma once
#include <filesystem>
#include <string>

namespace ph {

/// The bytes of a plugin file as they were read once, in a file that nobody else can change.
struct HeldFile {
  std::string sha256;          ///< of exactly the bytes in `copy`; 64 hexadecimal digits
  std::filesystem::path copy;  ///< <held_folder()>/<sha256>.so
};

/// $XDG_CACHE_HOME/posehost/plugins, or ~/.cache/posehost/plugins. Empty without a home.
[[nodiscard]] std::filesystem::path held_folder();

/// Reads `file` once, hashes what was read and puts the same bytes into held_folder(), which it makes and
/// which only the user can enter. What happens to `file` afterwards is of no account; a copy that is
/// already there is used only if it holds the same bytes. Throws Error(plugin): unreadable, not a regular
/// file, too large; Error(environment): no place for the copy, or one that others can change.
[[nodiscard]] HeldFile hold_file(const std::filesystem::path& file);

/// The hash alone.
[[nodiscard]] std::string file_sha256(const std::filesystem::path& file);

}  // namespace ph
