#pragma once
#include <filesystem>
#include <vector>

namespace ph {

/// Refuses a file or folder that others than the user and root can change: whoever can write it could
/// run code as the user. Throws Error(plugin) with the command that repairs it.
void check_not_writable_by_others(const std::filesystem::path& path);

/// The same for a plugin file: the file that the path leads to, its folder, and the folder of the link
/// if it is one.
void check_plugin_file(const std::filesystem::path& file);

/// $XDG_CONFIG_HOME/posehost/trusted_dirs (or ~/.config): one folder a line. Empty without a home.
[[nodiscard]] std::filesystem::path trust_file();

/// The folders that the user trusts to be named by a config. A missing file is an empty list. Throws
/// Error(plugin) when others can write the file.
[[nodiscard]] std::vector<std::filesystem::path> trusted_directories();

/// Adds `dir` to the trust file (`posehost plugin trust DIR`) and returns its canonical path; it stays
/// one line however often it is called. Throws Error(usage): no folder; Error(plugin): others can write it;
/// Error(environment): the file cannot be written.
std::filesystem::path trust_directory(const std::filesystem::path& dir);

}  // namespace ph
