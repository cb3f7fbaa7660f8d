#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace ph {

/// Refuses a file or folder that others than the user and root can change: whoever can write it could
/// run code as the user. Looks at `path` itself, at every folder on the way to it and at the links that
/// lead there. Refused: another owner; writable by everybody (of folders above: without the sticky bit).
/// A folder above the running program may have any owner, who could replace the program as well.
/// Returns warnings, one line each: writable by a group that others may be in. Throws Error(plugin) with
/// the command that repairs it.
std::vector<std::string> check_not_writable_by_others(const std::filesystem::path& path);

/// The same for a plugin file, whose own folder must not be writable by everybody even with the sticky
/// bit: others could add plugins.
std::vector<std::string> check_plugin_file(const std::filesystem::path& file);

/// $XDG_CONFIG_HOME/posehost/trusted_dirs (or ~/.config): one folder a line. Empty without a home.
[[nodiscard]] std::filesystem::path trust_file();

/// The folders that the user trusts to be named by a config. A missing file is an empty list. Throws
/// Error(plugin) when others can write the file.
[[nodiscard]] std::vector<std::filesystem::path> trusted_directories();

/// Adds `dir` to the trust file (`posehost plugin trust DIR`) and returns its canonical path; it stays
/// one line however often it is called. Throws Error(usage): no folder; Error(plugin): others can write it;
/// Error(environment): the file cannot be written.
std::filesystem::path trust_directory(const std::filesystem::path& dir);

/// Takes `dir` from the list, whether or not the folder still exists. Throws Error(usage) when it is not
/// in it, naming those that are.
void distrust_directory(const std::filesystem::path& dir);

}  // namespace ph
